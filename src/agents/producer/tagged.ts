import { breakdown, type Script, type Tag, tagsOf, toFdx, toPlainText } from '../../screenplay/index.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { PlanDocument } from './document.ts'
import type { Suggested } from './shooting-shapes.ts'

/**
 * The screenplay as a Final Draft file with its breakdown as tags: the tags of the import, the cast at their first cue in
 * each scene, and suggestions where the scene names them. Suggestions that a scene does not name, and those for scenes that
 * changed after the plan was made, are in the breakdown sheets only.
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

/** The first place where an action of the scene names the item, in any letter case, with or without its article. */
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

/** The element with one more tag. The same words get one tag of a category, and the writer's own tag wins. */
function withTag(element: ScriptElement, tag: Tag): ScriptElement {
  const tags = tagsOf(element)
  const isThere = tags.some(({ category, text }) => category === tag.category && text === tag.text)
  return element.type === 'page_break' || isThere ? element : { ...element, tags: [...tags, tag] }
}
