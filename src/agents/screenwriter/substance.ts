import { readHeading, type Script, toPlainText } from '../../screenplay/index.ts'
import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import type { ScriptElement } from '../../screenplay/types.ts'
import type { ScriptFinding } from './script-finding.ts'

/** A check of the content of the pages by code. Its findings are hints and never make a script fail. */
interface Check {
  readonly code: string
  find(
    elements: readonly ScriptElement[],
  ): readonly { readonly at: number; readonly message: string; readonly fix: string }[]
}

/** The findings of all checks, in the order of the table. Lines are those of the Fountain that was read. */
export function substanceFindings({ elements }: Script): readonly ScriptFinding[] {
  let scene = 0
  const scenes = elements.map(({ type }) => (type === 'scene_heading' ? ++scene : scene))
  return CHECKS.flatMap(({ code, find }) =>
    find(elements).map(({ at, message, fix }): ScriptFinding => {
      const line = elements[at]?.at?.from
      const number = scenes[at] ?? 0
      return {
        code,
        severity: 'warn',
        message,
        fix,
        ...(line !== undefined && { line }),
        ...(number > 0 && { scene: number }),
      }
    }),
  )
}

const CAMERA =
  /\b(?:we (?:see|hear|pan|follow|move|cut)|close on|close up on|angle on|camera (?:pans|moves|follows|pulls|pushes)|pan to|zoom in|push in on)\b/i
const TRANSITION = /^(?:SMASH |MATCH |JUMP |HARD )?(?:CUT|DISSOLVE|FADE|WIPE)(?: (?:TO|OUT|IN)\b[^a-z]*)?[.:]$/

const CHECKS: readonly Check[] = [
  {
    code: 'S01',
    find: (elements) =>
      actions(elements).flatMap(({ at, text }) => {
        const found = CAMERA.exec(text)?.[0]
        if (found === undefined) return []
        return [
          {
            at,
            message: `"${found}" directs the camera.`,
            fix: 'Write what is seen or heard, without saying who sees it.',
          },
        ]
      }),
  },
  {
    code: 'S02',
    find: (elements) =>
      actions(elements).flatMap(({ at, text }) =>
        TRANSITION.test(text.trim())
          ? [{ at, message: `"${text.trim()}" is a transition, but stands as action.`, fix: 'Put > before it.' }]
          : [],
      ),
  },
  {
    code: 'S03',
    find: (elements) =>
      elements.flatMap((element, at) => {
        const before = cueBefore(elements, at)
        if (element.type !== 'character' || before === undefined || before !== element.name || element.dual) return []
        return [
          {
            at,
            message: `${element.name} has two speeches in a row with nothing between them.`,
            fix: 'Check whether a reply is missing; else make it one speech.',
          },
        ]
      }),
  },
  {
    code: 'S04',
    find: (elements) => clockFaults(elements),
  },
  {
    code: 'S05',
    find: (elements) => nameFaults(elements),
  },
]

function actions(elements: readonly ScriptElement[]): readonly { readonly at: number; readonly text: string }[] {
  return elements.flatMap((element, at) => (element.type === 'action' ? [{ at, text: toPlainText(element.text) }] : []))
}

/** The name of the cue whose speech ends right before an element; undefined where anything else comes between. */
function cueBefore(elements: readonly ScriptElement[], at: number): string | undefined {
  let index = at - 1
  while (['dialogue', 'parenthetical', 'lyrics'].includes(elements[index]?.type ?? '')) index -= 1
  const cue = elements[index]
  return index < at - 1 && cue?.type === 'character' ? cue.name : undefined
}

/** Clocks in actions that show an earlier time than a clock before them in adjacent scenes. */
function clockFaults(elements: readonly ScriptElement[]): ReturnType<Check['find']> {
  const faults: { at: number; message: string; fix: string }[] = []
  let last: { readonly minutes: number; readonly text: string } | undefined
  for (const [at, element] of elements.entries()) {
    if (element.type === 'scene_heading') {
      const { time = '' } = readHeading(element.text)
      if (!/CONTINUOUS|LATER/i.test(time)) last = undefined
    }
    if (element.type !== 'action') continue
    for (const match of toPlainText(element.text).matchAll(/\b([01]?\d|2[0-3]):([0-5]\d)\b/g)) {
      const minutes = Number(match[1]) * 60 + Number(match[2])
      const isBack = last !== undefined && minutes < last.minutes && last.minutes - minutes < 6 * 60
      if (isBack && last) {
        const message = `It is ${match[0]} here, but ${last.text} before in the same stretch of time.`
        faults.push({ at, message, fix: 'Check the clock times of these scenes.' })
      }
      last = { minutes, text: match[0] }
    }
  }
  return faults
}

/** The maximum number of names, because every pair is compared. */
const MAX_NAMES = 200

/** Pairs of speakers with names that differ by a letter or two, because they may be one person. */
function nameFaults(elements: readonly ScriptElement[]): ReturnType<Check['find']> {
  const first = new Map<string, number>()
  for (const [at, element] of elements.entries()) {
    if (element.type === 'character' && !first.has(element.name)) first.set(element.name, at)
  }
  const names = [...first].slice(0, MAX_NAMES)
  return names.flatMap(([name, at], index) => {
    const twin = names.slice(0, index).find(([other]) => isNearDuplicate(other, name))?.[0]
    if (twin === undefined) return []
    return [
      {
        at,
        message: `${name} and ${twin} may be one person under two names.`,
        fix: 'Use one spelling, or other names.',
      },
    ]
  })
}
