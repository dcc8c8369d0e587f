import type { ScriptElement } from './types.ts'

/**
 * Whether an element belongs to the speech of the elements before it; a cue begins one. Lyrics that stand alone do not,
 * and neither do lyrics after lyrics, because the lines of one song are one element.
 */
export function continuesSpeech(element: ScriptElement, inSpeech: boolean, before?: ScriptElement): boolean {
  if (element.type === 'character') return true
  if (!inSpeech) return false
  if (element.type === 'lyrics') return element.alone !== true && before?.type !== 'lyrics'
  return element.type === 'dialogue' || element.type === 'parenthetical'
}
