import { z } from 'zod'
import type { Script } from '../../screenplay/index.ts'
import type { Document, Scene } from './document.ts'
import type { ScriptFinding } from './findings.ts'
import { isBegun } from './render.ts'

/** F19: every beat of the outline has a scene, and the script has the scenes of the outline, in its order. */
export const COVERAGE = { code: 'F19', title: 'beats and their scenes' } as const

/** Beats of a story by number: the first, and the one after the last, counted from 0. */
export interface Run {
  readonly from: number
  readonly to: number
}

/**
 * Numbers of beats, from 1, as a model is asked for them: those of `run`. Read with leniency: in order, each once, those
 * that are no beats of the story (`count`) left out; empty where there is nothing to read.
 */
export function beatNumbers({ from, to }: Run, count: number) {
  const number = z.int().meta({ minimum: from + 1, maximum: to })
  return z.preprocess(
    (given) => {
      const read = (JSON.stringify(given ?? []).match(/\d+/g) ?? []).map(Number)
      return [...new Set(read)].filter((one) => one >= 1 && one <= count).toSorted((a, b) => a - b)
    },
    z.array(number).meta({ maxItems: to - from }),
  )
}

/** What does not agree between beats and the scenes that serve them. Beats and scenes are counted from 1. */
interface Gaps {
  /** Beats without a scene. */
  readonly missing: readonly number[]
  /** Scenes with a beat that comes before the last beat of the scene before them. */
  readonly back: readonly { readonly scene: number; readonly beat: number; readonly after: number }[]
}

function gapsOf({ from, to }: Run, served: readonly (readonly number[])[]): Gaps {
  const beats = Array.from({ length: to - from }, (_, at) => from + at + 1)
  const missing = beats.filter((beat) => !served.some((numbers) => numbers.includes(beat)))
  const telling = served.flatMap((numbers, at) => (numbers.length > 0 ? [{ numbers, scene: at + 1 }] : []))
  const back = telling.flatMap(({ numbers, scene }, at) => {
    const beat = numbers[0] ?? 0
    const after = telling[at - 1]?.numbers.at(-1) ?? 0
    return beat < after ? [{ scene, beat, after }] : []
  })
  return { missing, back }
}

/** What is wrong with the beats of an answer's scenes, in sentences for the model. */
export function beatProblems(run: Run, served: readonly (readonly number[])[]): readonly string[] {
  const { missing, back } = gapsOf(run, served)
  const idle = served.flatMap((numbers, at) => (numbers.length === 0 ? [at + 1] : []))
  const stray = served.flat().filter((beat) => beat <= run.from || beat > run.to)
  return [
    ...(missing.length > 0 ? [`No scene serves ${named('beat', missing)}: every beat needs one.`] : []),
    ...(idle.length > 0 ? [`Give ${named('scene', idle)} of this answer the number of a beat.`] : []),
    ...(stray.length > 0
      ? [`Beats ${run.from + 1} to ${run.to} are to be outlined, not ${named('beat', stray)}.`]
      : []),
    ...back.map(
      ({ scene, beat, after }) =>
        `Scene ${scene} of this answer serves beat ${beat}, but comes after a scene that serves beat ${after}: scenes go in the order of the beats.`,
    ),
  ]
}

function named(what: string, numbers: readonly number[]): string {
  const each = [...new Set(numbers)]
  return `${what}${each.length > 1 ? 's' : ''} ${each.join(', ')}`
}

/**
 * Scenes of which some were added by notes. Notes may put a scene anywhere, so these serve only those of their beats
 * that are in order where they stand.
 */
export function inOrder(scenes: readonly Scene[], added: ReadonlySet<Scene>): readonly Scene[] {
  let before = 0
  return scenes.map((scene, at) => {
    const { beats = [] } = scene
    if (!added.has(scene)) {
      before = beats.at(-1) ?? before
      return scene
    }
    const next = scenes.slice(at + 1).find((other) => !added.has(other) && other.beats?.length)?.beats?.[0]
    const kept = beats.filter((beat) => beat >= before && beat <= (next ?? beat))
    before = kept.at(-1) ?? before
    return { ...scene, beats: kept }
  })
}

/**
 * The findings of F19. What a beat is no rule can read, so what a model left out by its own numbers is a warning; a scene
 * that is not where the outline has it is an error. Undefined: it is not known which beats the scenes serve, as in
 * scripts that were saved before that was kept.
 */
export function uncovered(document: Document, script: Script): readonly ScriptFinding[] | undefined {
  const { beats = [], outline, outlined } = document
  const scenes = outline?.scenes ?? []
  const served = scenes.flatMap((scene) => (scene.beats === undefined ? [] : [scene.beats]))
  if (!outlined || beats.length === 0 || served.length < scenes.length) return undefined
  const headings = headingsOf(script)
  const { missing, back } = gapsOf({ from: 0, to: beats.length }, served)
  const warning = (number: number) => ({
    code: COVERAGE.code,
    severity: 'warn' as const,
    scene: number,
    ...lineOf(scenes, number, headings),
  })
  const title = (beat: number): string => `beat ${beat}, ${beats[beat - 1]?.title}`
  return [
    ...missing.map((beat) => {
      const last = 1 + served.findLastIndex((numbers) => numbers.some((other) => other < beat))
      return {
        ...warning(Math.max(1, last)),
        message: `No scene serves ${title(beat)}. It would come ${last > 0 ? 'after' : 'before'} this one.`,
        fix: 'Ask in notes for a scene of it, or make the outline anew.',
      }
    }),
    ...back.map(({ scene, beat, after }) => ({
      ...warning(scene),
      message: `It serves ${title(beat)}, but comes after a scene that serves ${title(after)}.`,
      fix: 'Make the outline anew.',
    })),
    ...displaced(scenes, headings),
  ]
}

interface Heading {
  readonly text: string
  readonly line: number
}

function headingsOf({ elements }: Script): readonly Heading[] {
  return elements.flatMap((element) =>
    element.type === 'scene_heading' ? [{ text: element.text, line: element.at?.from ?? 1 }] : [],
  )
}

/** Of a scene by its number; nothing where it is not written yet. */
function lineOf(scenes: readonly Scene[], number: number, headings: readonly Heading[]): Pick<ScriptFinding, 'line'> {
  const scene = scenes[number - 1]
  const heading = scene && isBegun(scene) ? headings[scenes.slice(0, number).filter(isBegun).length - 1] : undefined
  return heading ? { line: heading.line } : {}
}

/** The first scene of the outline that the script has not, or has elsewhere; of what is half written, of what there is. */
function displaced(scenes: readonly Scene[], headings: readonly Heading[]): readonly ScriptFinding[] {
  const due = scenes.flatMap((scene, at) => (scene.done || isBegun(scene) ? [{ ...scene, number: at + 1 }] : []))
  const wrong = due.findIndex(({ heading }, at) => heading !== headings[at]?.text)
  const scene = due[wrong]
  if (!scene) return []
  const here = headings[wrong]
  return [
    {
      code: COVERAGE.code,
      severity: 'error',
      scene: scene.number,
      ...(here && { line: here.line }),
      message: `The script has ${here?.text ?? 'no scene'} where the outline has ${scene.heading}.`,
    },
  ]
}
