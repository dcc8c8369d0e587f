import { breakdown, type FdxTag, type Script, toFdx, visible } from '../../screenplay/index.ts'
import { Document } from '../screenwriter/document.ts'
import { scriptOf } from '../screenwriter/render.ts'
import type { PlanDocument } from './document.ts'
import type { Suggested } from './shooting-shapes.ts'

/**
 * The screenplay as Final Draft's file with its breakdown as tags: the cast at their first cue in each scene, and what is
 * suggested where the scene has its words. What the scene needs without naming it stands in the breakdown sheets only,
 * and so does that of scenes that were changed since the plan was made.
 */
export function taggedScript(kept: unknown, plan: Pick<PlanDocument, 'scenes' | 'elements'>): string {
  const script = scriptOf(Document.parse(kept))
  return toFdx(script, { tags: tagsOf(script, plan) })
}

function tagsOf(script: Script, { scenes, elements }: Pick<PlanDocument, 'scenes' | 'elements'>): readonly FdxTag[] {
  const all = breakdown(script)
  return all.flatMap(({ scene, heading, element: first }, at) => {
    if (scenes.find((one) => one.scene === scene)?.heading !== heading) return []
    const last = all[at + 1]?.element ?? script.elements.length
    const suggested = elements?.list.filter((one) => one.scene === scene) ?? []
    return [...castTags(script, first, last), ...suggested.flatMap((one) => placeOf(script, one, first, last))]
  })
}

function castTags(script: Script, first: number, last: number): readonly FdxTag[] {
  const named = new Set<string>()
  return script.elements.slice(first, last).flatMap((one, offset): FdxTag[] => {
    if (one.type !== 'character' || named.has(one.name)) return []
    named.add(one.name)
    return [{ category: 'Cast Members', text: one.name, element: first + offset }]
  })
}

/** Where an action of the scene names the thing, in whatever letters, with or without its article. */
function placeOf(script: Script, { category, item }: Suggested, first: number, last: number): readonly FdxTag[] {
  const words = item.replace(/^(?:an?|the) /i, '').toLowerCase()
  for (const [offset, one] of script.elements.slice(first + 1, last).entries()) {
    const text = one.type === 'action' ? visible(one.text) : ''
    const at = text.toLowerCase().indexOf(words)
    if (at >= 0)
      return [{ category, text: text.slice(at, at + words.length), element: first + 1 + offset, label: item }]
  }
  return []
}
