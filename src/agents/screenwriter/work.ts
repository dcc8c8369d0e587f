import type { Generate } from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { type Asker, createTally, isOverBudget } from '../ask.ts'
import type { Ending, Run } from '../job.ts'
import { type Document, isReached, stageOf } from './document.ts'
import { withScene } from './fit.ts'
import { askOutline, sceneCount } from './outline.ts'
import { costText, pagesText } from './result.ts'
import { writeOn } from './scene.ts'
import { askBeats, askCharacters, askConcerned, askStory } from './stages.ts'

export interface Deps {
  readonly generate: Generate
  readonly world: World
}

/**
 * Takes a script from where it is to where it is to go. Every answer is saved before the next question, so nothing that
 * was finished is asked for again.
 */
export async function develop({ generate, world }: Deps, run: Run, begin: Document): Promise<Ending> {
  const tally = createTally(begin.spent)
  const asker: Asker = {
    generate,
    model: begin.model,
    tool: 'develop_script',
    signal: run.signal,
    newId: () => world.id(),
    tally,
    reasoningEffort: 'low',
    ...(begin.capMicroUsd !== undefined && { capMicroUsd: begin.capMicroUsd }),
  }
  let document = begin
  const save = async (next: Document): Promise<void> => {
    document = { ...next, spent: tally.spent }
    await run.save(document)
  }
  await save(begin)
  try {
    while (!isReached(document, document.until)) {
      run.progress(progressOf(document))
      run.signal.throwIfAborted()
      await save(await step(asker, document))
    }
    run.progress(progressOf(document))
    return { status: 'complete' }
  } catch (error) {
    // What a failed question has cost is kept too.
    if (tally.spent !== document.spent && !run.signal.aborted) await save(document)
    if (!isOverBudget(error)) throw error
    return { status: 'stopped', message: error.message }
  }
}

/** Asks the next question, and gives back the document with its answer. */
async function step(asker: Asker, document: Document): Promise<Document> {
  const { revision, outline } = document
  switch (stageOf(document)) {
    case 'logline':
      return { ...document, story: await askStory(asker, document) }
    case 'characters':
      return { ...document, characters: await askCharacters(asker, document) }
    case 'beats':
      return { ...document, beats: await askBeats(asker, document) }
    case 'outline':
      return { ...document, ...(await askOutline(asker, document)) }
    case 'script': {
      const unfinished = outline?.scenes.findIndex((scene) => !scene.done) ?? -1
      if (revision?.left === undefined && revision !== undefined) return concerned(asker, document, revision.notes)
      return unfinished >= 0 ? writeScene(asker, document, unfinished) : { ...document, revision: undefined }
    }
  }
}

/** Finds out which scenes the notes concern, and empties them to be written again. */
async function concerned(asker: Asker, document: Document, notes: string): Promise<Document> {
  const left = await askConcerned(asker, document, notes)
  const emptied = left.reduce(
    (next, number) => withScene(next, number - 1, { elements: [], passes: 0, done: false }),
    document,
  )
  return { ...emptied, revision: { notes, left } }
}

async function writeScene(asker: Asker, document: Document, index: number): Promise<Document> {
  const old = document.versions.at(-1)?.scenes[index]
  const { revision } = document
  if (revision === undefined || old === undefined) return writeOn(asker, document, index)
  return writeOn(asker, document, index, { notes: revision.notes, old })
}

function progressOf(document: Document) {
  const stage = stageOf(document)
  const scenes = document.outline?.scenes ?? []
  const finished = scenes.filter((scene) => scene.done).length
  const count = document.outlined ? scenes.length : sceneCount(document.brief)
  const stages = ['logline', 'characters', 'beats', 'outline'].indexOf(stage)
  const where = stage === 'script' ? `scene ${Math.min(finished + 1, count)}/${count} · ${pagesText(document)}` : stage
  return {
    message: `${where} · ${costText(document)}`,
    done: stage === 'script' ? 4 + finished : Math.max(0, stages),
    total: 4 + count,
  }
}
