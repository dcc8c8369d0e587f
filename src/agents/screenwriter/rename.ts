import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import { castName } from './clean.ts'
import type { Document, Scene, SceneElement } from './document.ts'
import { canonical } from './stages.ts'

/**
 * The script with one of its cast under another name, wherever the name stands: cues, actions, speeches, summaries. A
 * name that nobody bears, or a new one that is taken or too like another, changes nothing.
 */
export function renamed(document: Document, { from, to }: { readonly from: string; readonly to: string }): Document {
  const cast = (document.characters ?? []).map(({ name }) => name)
  const old = castName(from, cast)
  const name = canonical(to)
  const taken = cast.some((other) => other !== old && (other === name || isNearDuplicate(other, name)))
  if (old === undefined || old === name || taken || !/\p{L}/u.test(name)) return document
  const change = changer(old, name)
  const { story, outline, imported } = document
  return {
    ...document,
    ...(story && { story: { ...story, logline: change(story.logline), theme: change(story.theme) } }),
    characters: (document.characters ?? []).map((one) => ({
      name: one.name === old ? name : one.name,
      role: change(one.role),
      want: change(one.want),
      voice: change(one.voice),
    })),
    ...(document.beats && { beats: document.beats.map((beat) => ({ ...beat, summary: change(beat.summary) })) }),
    ...(imported && {
      imported: { ...imported, before: imported.before.map((element) => inElement(element, old, name, change)) },
    }),
    ...(outline && {
      outline: { ...outline, scenes: outline.scenes.map((scene) => inScene(scene, old, name, change)) },
    }),
  }
}

type Change = (text: string) => string

/** `MARA` becomes `MIRA`, `Mara` becomes `Mira`; `Marathon` stays. */
function changer(old: string, name: string): Change {
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])${old.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'giu')
  const titled = name.toLowerCase().replace(/(?<![\p{L}\p{N}’'])\p{L}/gu, (letter) => letter.toUpperCase())
  return (text) => text.replace(whole, (found) => (found === found.toUpperCase() ? name : titled))
}

function inScene(scene: Scene, old: string, name: string, change: Change): Scene {
  return {
    ...scene,
    summary: change(scene.summary),
    characters: scene.characters.map((one) => (one === old ? name : one)),
    facts: scene.facts.map(change),
    elements: scene.elements.map((element): SceneElement => {
      const text = change(element.text)
      if (element.type !== 'dialogue') return { ...element, text }
      return { ...element, text, speaker: element.speaker === old ? name : element.speaker }
    }),
    ...(scene.own && { own: scene.own.map((element) => inElement(element, old, name, change)) }),
  }
}

function inElement(element: ScriptElement, old: string, name: string, change: Change): ScriptElement {
  if (element.type === 'page_break') return element
  const tags = element.tags?.map(({ text, label, ...tag }) => {
    return { ...tag, text: change(text), ...(label !== undefined && { label: change(label) }) }
  })
  const same = { ...element, ...(tags && { tags }) }
  if (same.type === 'character') return same.name.toUpperCase() === old ? { ...same, name } : same
  return { ...same, text: change(same.text) }
}
