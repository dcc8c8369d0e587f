import type { Character, Scene, SceneElement } from './document.ts'

/**
 * Who speaks for the first time is introduced first, as scripts do it: with the name in capitals in an action. The first
 * mention before the speech gets them; where there is none, a line says who it is.
 */
export function introduced(
  elements: readonly SceneElement[],
  before: readonly Scene[],
  cast: readonly Character[],
): readonly SceneElement[] {
  const known = new Set(before.flatMap((scene) => cast.filter(({ name }) => isIn(scene.elements, name))))
  return cast
    .filter((character) => !known.has(character))
    .reduce<readonly SceneElement[]>((made, character) => withOne(made, character), elements)
}

function isIn(elements: readonly SceneElement[], name: string): boolean {
  return elements.some(
    (element) =>
      (element.type === 'dialogue' && element.speaker === name) ||
      (element.type === 'action' && word(name).test(element.text)),
  )
}

function withOne(elements: readonly SceneElement[], { name, role }: Character): readonly SceneElement[] {
  const cue = elements.findIndex((element) => element.type === 'dialogue' && element.speaker === name)
  const anyCase = word(name, 'i')
  const named = elements.findIndex((element) => element.type === 'action' && anyCase.test(element.text))
  const mention = elements[named]
  if (mention && (cue < 0 || named < cue)) {
    return elements.with(named, { ...mention, text: mention.text.replace(anyCase, name) })
  }
  return cue < 0
    ? elements
    : elements.toSpliced(cue, 0, { type: 'action', text: `${name}${who(name, role)}`.replace(/\.?$/, '.') })
}

/** `MARA` and a role `Mara, a keeper, 62. Stubborn.` make `, a keeper, 62`. */
function who(name: string, role: string): string {
  const said = role
    .replace(new RegExp(`^${escaped(name)}\\b[\\s,:–—-]*`, 'i'), '')
    .split(/[.;](?:\s|$)/)[0]
    ?.trim()
  return said ? `, ${said.slice(0, MOST_CHARACTERS)}` : ''
}

const MOST_CHARACTERS = 80

function word(name: string, flags = ''): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, `u${flags}`)
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
