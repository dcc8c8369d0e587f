import type { ScriptElement } from '../../screenplay/types.ts'

/**
 * A function that replaces a name as a whole word: `MARA` becomes `MIRA`, `Mara` becomes `Mira`, `Marathon` stays.
 * Undefined if either name is no name.
 */
export function renameInText(from: string, to: string): ((text: string) => string) | undefined {
  if (!/\p{L}/u.test(from) || !/\p{L}/u.test(to) || from === to) return undefined
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'giu')
  const capitals = to.toUpperCase()
  const titled = to.toLowerCase().replace(/(?<![\p{L}\p{N}’'])\p{L}/gu, (letter) => letter.toUpperCase())
  return (text) => text.replace(word, (found) => (found === found.toUpperCase() ? capitals : titled))
}

/** The same in an element of a tree, its tags included. */
export function renameInElement(element: ScriptElement, change: (text: string) => string): ScriptElement {
  if (element.type === 'page_break') return element
  const tags = element.tags?.map(({ text, label, ...tag }) => {
    return { ...tag, text: change(text), ...(label !== undefined && { label: change(label) }) }
  })
  const same = { ...element, ...(tags && { tags }) }
  return same.type === 'character' ? { ...same, name: change(same.name) } : { ...same, text: change(same.text) }
}
