import { LINES_PER_PAGE, measurePages } from '../../screenplay/index.ts'
import type { Document, Scene, SceneElement } from './document.ts'
import { isBegun, pagesOf, sceneScript } from './render.ts'

/**
 * How many pages an unfinished scene is to have: its share of what is left, so that what other scenes ran over or short
 * is spread over those to come. `tolerance` is how far off it may be; the last one settles the whole.
 */
export function budgetOf(document: Document, index: number): { readonly pages: number; readonly tolerance: number } {
  const scenes = document.outline?.scenes ?? []
  const target = document.brief.target_pages
  const open = scenes.filter((scene) => !scene.done)
  const share = (scenes[index]?.pages ?? 0) / open.reduce((sum, scene) => sum + scene.pages, 0)
  const left = target - pagesOf(withScene(document, index, { elements: [] }))
  const pages = Math.max(LEAST_PAGES, left * share)
  return { pages, tolerance: open.length === 1 ? Math.max(TWO_LINES, target * 0.04) : Math.max(0.2, pages * 0.2) }
}

/** How many pages a scene takes, the blank lines above it included, wherever pages break. */
export function lengthOf(document: Document, index: number): number {
  const scene = document.outline?.scenes[index]
  if (!scene || !isBegun(scene)) return 0
  const end = index === (document.outline?.scenes.length ?? 0) - 1 ? TWO_LINES : 0
  return measurePages(sceneScript(scene)) + TWO_LINES + end
}

/** Drops elements from just before a scene's last two, until it has at most `pages` pages; the ending stays. */
export function trimmed(document: Document, index: number, pages: number): readonly SceneElement[] {
  let elements = document.outline?.scenes[index]?.elements ?? []
  while (elements.length > 3 && lengthOf(withElements(document, index, elements), index) > pages) {
    elements = elements.toSpliced(-3, 1)
  }
  return elements
}

export function withScene(document: Document, index: number, change: Partial<Scene>): Document {
  const outline = document.outline ?? { batches: 0, scenes: [] }
  return {
    ...document,
    outline: {
      ...outline,
      scenes: outline.scenes.map((scene, at) => (at === index ? { ...scene, ...change } : scene)),
    },
  }
}

export function withElements(document: Document, index: number, elements: readonly SceneElement[]): Document {
  return withScene(document, index, { elements })
}

/** Shares that together make `total`, in proportion to weights. */
export function shares(weights: readonly number[], total: number): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => (sum > 0 ? (weight / sum) * total : total / weights.length))
}

/** A heading and a line of action. */
const LEAST_PAGES = 0.15
const TWO_LINES = 2 / LINES_PER_PAGE.letter
