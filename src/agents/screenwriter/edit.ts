import { GenerateError } from '../../contract/errors.ts'
import { LINES_PER_PAGE } from '../../screenplay/index.ts'
import type { ModelAsker } from '../shared/ask-model.ts'
import { COVERAGE } from './coverage.ts'
import type { Document } from './document.ts'
import { cleanFacts } from './facts.ts'
import { checked } from './findings.ts'
import { lengthOf, trimmed, withElements, withScene } from './fit.ts'
import { introduced } from './introduce.ts'
import { fountainOf, pagesOf, sceneText } from './render.ts'
import { askElements } from './scene.ts'

/** Of the length that was asked for. */
const TOLERANCE = 0.1
/** Scenes that one pass may go over: a fifth of them, but two of a short script. */
const SHARE = 5
const LEAST_EDITS = 2
/** A longer scene is not asked for again in one answer. */
const MOST_PAGES = 6
/** What a scene may gain or lose in length by being edited. */
const SLACK = 0.25

type Edits = NonNullable<Document['edit']>

/**
 * The editor looks at a script that is written: trims what is too long by rule, and lists the scenes that a model is to
 * go over, the worst first. No problems: the scene is to be longer. A person's own scenes are left alone, and so are those
 * that the last notes did not touch.
 */
export function looked(document: Document): Document {
  const scenes = document.outline?.scenes ?? []
  const before = document.versions.at(-1)?.scenes.map((scene) => JSON.stringify(scene))
  const open = scenes.map((scene) => scene.own === undefined && before?.includes(JSON.stringify(scene)) !== true)
  const fitting = shortened(withoutStrangers(document), open)
  const most = Math.max(LEAST_EDITS, Math.ceil(scenes.length / SHARE))
  const all = [...shortScenes(fitting, open), ...absent(fitting, open), ...wrongScenes(fitting, open)]
  const edit = all.filter(({ scene }, at) => all.findIndex((other) => other.scene === scene) === at).slice(0, most)
  return { ...fitting, edit }
}

/** A font is no reason to write in other letters, and a scene written anew serves the same beats. */
const UNMENDABLE: ReadonlySet<string> = new Set(['F18', COVERAGE.code])

/** Who was planned but came to nothing is no part of the cast, unless a person asked for them. */
function withoutStrangers(document: Document): Document {
  if (document.imported || !document.characters) return document
  const wanted = document.brief.characters ?? []
  const gone = unseen(document).filter((name) => !wanted.some((given) => given.toUpperCase().includes(name)))
  // Where most are missing it is the scenes that are wrong.
  if (gone.length === 0 || gone.length * 2 > document.characters.length) return document
  return { ...document, characters: document.characters.filter(({ name }) => !gone.includes(name)) }
}

/** Who was asked for and never appears is to appear where the outline has them, or in the last scene. */
function absent(document: Document, open: readonly boolean[]): Edits {
  const scenes = document.outline?.scenes ?? []
  const placed = unseen(document).map((name) => {
    const planned = scenes.findIndex((scene, at) => open[at] === true && scene.characters.includes(name))
    return { name, scene: (planned >= 0 ? planned : open.lastIndexOf(true)) + 1 }
  })
  return [...Map.groupBy(placed, ({ scene }) => scene)]
    .filter(([scene]) => scene > 0)
    .map(([scene, of]) => ({
      scene,
      problems: of.map(({ name }) => `${name} is in the cast but never appears: bring ${name} in.`),
    }))
}

function unseen(document: Document): readonly string[] {
  const text = ` ${fountainOf(document)
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')} `
  return (document.characters ?? [])
    .map(({ name }) => name)
    .filter((name) => !text.includes(` ${name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()} `))
}

function wrongScenes(document: Document, open: readonly boolean[]): Edits {
  const found =
    checked(document)?.found.filter(({ code, severity }) => severity !== 'info' && !UNMENDABLE.has(code)) ?? []
  return [...Map.groupBy(found, ({ scene = 0 }) => scene)]
    .filter(([scene]) => open[scene - 1] === true && lengthOf(document, scene - 1) <= MOST_PAGES)
    .map(([scene, of]) => ({
      scene,
      errors: of.filter(({ severity }) => severity === 'error').length,
      problems: [...new Set(of.map(({ message, fix }) => `${message}${fix === undefined ? '' : ` ${fix}`}`))].slice(
        0,
        8,
      ),
    }))
    .toSorted((a, b) => b.errors - a.errors || b.problems.length - a.problems.length)
    .map(({ scene, problems }) => ({ scene, problems }))
}

/** Where a script is too short: the scenes that stay furthest behind their share. */
function shortScenes(document: Document, open: readonly boolean[]): Edits {
  if (pagesOf(document) >= document.brief.target_pages * (1 - TOLERANCE)) return []
  return (document.outline?.scenes ?? [])
    .map(({ pages }, at) => ({ at, lacks: pages - lengthOf(document, at) }))
    .filter(({ at }) => open[at] === true)
    .toSorted((a, b) => b.lacks - a.lacks)
    .slice(0, LEAST_EDITS)
    .map(({ at }) => ({ scene: at + 1, problems: [] }))
}

/** Scenes that run over their share lose from their middle, the worst first, until the whole has its length. */
function shortened(document: Document, open: readonly boolean[]): Document {
  const most = document.brief.target_pages * (1 + TOLERANCE)
  if (pagesOf(document) <= most) return document
  const byExcess = (document.outline?.scenes ?? [])
    .map(({ pages }, at) => ({ at, pages, over: lengthOf(document, at) - pages }))
    .filter(({ at, over }) => open[at] === true && over > 0)
    .toSorted((a, b) => b.over - a.over)
  return byExcess.reduce(
    (next, { at, pages }) => (pagesOf(next) <= most ? next : withElements(next, at, trimmed(next, at, pages))),
    document,
  )
}

/** The first scene of the list: written anew, and taken where it has become better by the checks. */
export async function edited(asker: ModelAsker, document: Document): Promise<Document> {
  const [entry, ...rest] = document.edit ?? []
  const index = (entry?.scene ?? 0) - 1
  const scene = document.outline?.scenes[index]
  const left = { ...document, edit: rest }
  if (!entry || !scene) return left
  if (entry.problems.length === 0) {
    const long = pagesOf(document) >= document.brief.target_pages * (1 - TOLERANCE)
    return long ? left : withScene(left, index, { done: false, passes: 0, cut: undefined })
  }
  const pages = lengthOf(document, index)
  const empty = withScene(document, index, { elements: [], was: sceneText(scene) })
  const notes = `Put this right and change nothing else:\n${entry.problems.map((problem) => `- ${problem}`).join('\n')}`
  const answer = await askElements(asker, empty, { index, pages, notes }).catch((error: unknown) => {
    // The scene stands as it was: what cannot be mended is told as a finding.
    if (error instanceof GenerateError && KEPT.has(error.failure.kind)) return undefined
    throw error
  })
  if (answer === undefined || answer.cut) return left
  const scenes = document.outline?.scenes ?? []
  const elements = introduced(answer.elements, scenes.slice(0, index), document.characters ?? [])
  const next = withScene(left, index, { elements, facts: cleanFacts(answer.facts) })
  const fitting = within(withElements(next, index, trimmed(next, index, pages * (1 + SLACK))), index)
  const tooShort = lengthOf(fitting, index) < pages * (1 - SLACK)
  return tooShort || faults(fitting, index) >= faults(document, index) ? left : fitting
}

/** With one scene trimmed until the whole is no longer than it may be; where pages break is only known of the whole. */
function within(document: Document, index: number): Document {
  const over = pagesOf(document) - document.brief.target_pages * (1 + TOLERANCE)
  if (over <= 0) return document
  return withElements(document, index, trimmed(document, index, lengthOf(document, index) - over - A_LINE))
}

const A_LINE = 1 / LINES_PER_PAGE.letter

const KEPT: ReadonlySet<string> = new Set(['bad_response', 'filtered'])

/** Of a scene and of the whole; errors weigh more than all warnings. */
function faults(document: Document, index: number): number {
  const found = checked(document)?.found.filter(({ scene = index + 1 }) => scene === index + 1) ?? []
  const weight = { error: 100, warn: 1, info: 0 } as const
  return found.reduce((sum, { severity }) => sum + weight[severity], 0)
}

/** What a finished script of ours must not have; undefined: it passes. A person's own is never held up. */
export function obstacle(document: Document): string | undefined {
  const wrong = checked(document)?.found.filter(({ severity }) => severity === 'error') ?? []
  if (document.imported || wrong.length === 0) return undefined
  const told = wrong
    .slice(0, 3)
    .map(({ code, scene, message }) => `${code}${scene ? ` in scene ${scene}` : ''}: ${message}`)
  return `The script is written, but does not pass its checks. ${told.join(' ')}${wrong.length > 3 ? ` And ${wrong.length - 3} more.` : ''} Another model may do better.`
}
