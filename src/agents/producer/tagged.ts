import { breakdown, type Script, type Tag, tagsOf, toFdx, toPlainText } from '../../screenplay/index.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { PlanDocument } from './document.ts'
import type { Suggested } from './shooting-shapes.ts'

/**
 * The screenplay as Final Draft's file with its breakdown as tags: those it came with, the cast at their first cue in
 * each scene, and what is suggested where the scene has its words. What the scene needs without naming it stands in the
 * breakdown sheets only, and so does that of scenes that were changed since the plan was made.
 */
export function taggedScript(script: Script, plan: Pick<PlanDocument, 'scenes' | 'elements'>): string {
  const marks = marksOf(script, plan)
  const elements = script.elements.map((element, at) => {
    return marks.filter((mark) => mark.element === at).reduce((made, { tag }) => withTag(made, tag), element)
  })
  return toFdx({ ...script, elements })
}

/** A tag, and the index of its element in the script. */
interface Mark {
  readonly element: number
  readonly tag: Tag
}

function marksOf(script: Script, { scenes, elements }: Pick<PlanDocument, 'scenes' | 'elements'>): readonly Mark[] {
  const all = breakdown(script)
  return all.flatMap(({ scene, heading, element: first }, at) => {
    if (scenes.find((one) => one.scene === scene)?.heading !== heading) return []
    const last = all[at + 1]?.element ?? script.elements.length
    const suggested = elements?.list.filter((one) => one.scene === scene) ?? []
    return [...castMarks(script, first, last), ...suggested.flatMap((one) => markOf(script, one, first, last))]
  })
}

function castMarks(script: Script, first: number, last: number): readonly Mark[] {
  const named = new Set<string>()
  return script.elements.slice(first, last).flatMap((one, offset): Mark[] => {
    if (one.type !== 'character' || named.has(one.name)) return []
    named.add(one.name)
    return [{ element: first + offset, tag: { category: 'Cast Members', text: one.name } }]
  })
}

/** Where an action of the scene names the thing, in whatever letters, with or without its article. */
function markOf(script: Script, { category, item }: Suggested, first: number, last: number): readonly Mark[] {
  const words = item.replace(/^(?:an?|the) /i, '').toLowerCase()
  for (const [offset, one] of script.elements.slice(first + 1, last).entries()) {
    const text = one.type === 'action' ? toPlainText(one.text) : ''
    const at = text.toLowerCase().indexOf(words)
    const tag = { category, text: text.slice(at, at + words.length), label: item }
    if (at >= 0) return [{ element: first + 1 + offset, tag }]
  }
  return []
}

/** The same words are tagged with a category once: what the writer calls it stands. */
function withTag(element: ScriptElement, tag: Tag): ScriptElement {
  const tags = tagsOf(element)
  const isThere = tags.some(({ category, text }) => category === tag.category && text === tag.text)
  return element.type === 'page_break' || isThere ? element : { ...element, tags: [...tags, tag] }
}
