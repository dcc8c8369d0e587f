import type { PageSetup, ParagraphSetup, SetupKind } from '../types.ts'
import { childElements, type XmlElement } from './xml.ts'

/** The settings of a Final Draft file for its kinds of paragraph, by their names in small letters. */
export interface ElementSettings {
  readonly capitals: ReadonlySet<string>
  readonly startsPage: ReadonlySet<string>
  readonly centered: ReadonlySet<string>
  readonly setup: PageSetup | undefined
}

/** Kinds that Final Draft shows in capitals, and those it centres, where a file does not say so itself. */
const CAPITALS = ['character', 'shot', 'cast list', 'new act', 'end of act', 'cold opening']
const CENTERED = ['new act', 'end of act', 'cold opening', 'act&scene break']

/** Headings and transitions are printed in capitals by the layout, so their text stays as it is typed. */
const CAPITALS_OF_LAYOUT: ReadonlySet<string> = new Set(['scene heading', 'transition'])

const KINDS: Readonly<Record<string, SetupKind>> = {
  'scene heading': 'scene_heading',
  action: 'action',
  character: 'character',
  parenthetical: 'parenthetical',
  dialogue: 'dialogue',
  transition: 'transition',
}

/** Inches of the left and right edge, and blank lines above, of a new screenplay; with dialogue double-spaced. */
const DEFAULTS = {
  single: {
    scene_heading: [1.5, 7.5, 2],
    action: [1.5, 7.5, 1],
    character: [3.5, 7.25, 1],
    parenthetical: [3, 5.5, 0],
    dialogue: [2.5, 6, 0],
    transition: [5.5, 7.1, 1],
  },
  double: {
    scene_heading: [1.5, 7.5, 1],
    action: [1.5, 7.5, 1],
    character: [3.5, 7.25, 1],
    parenthetical: [2.75, 5.5, 0],
    dialogue: [2.25, 6, 0],
    transition: [5.5, 7.1, 1],
  },
} as const satisfies Record<string, Record<SetupKind, readonly [number, number, number]>>

export function readElementSettings(settings: readonly XmlElement[]): ElementSettings {
  const capitals = new Set(CAPITALS)
  const startsPage = new Set<string>()
  const centered = new Set(CENTERED)
  const paragraphs = new Map<SetupKind, XmlElement>()
  for (const element of settings.filter(({ name }) => name === 'ElementSettings')) {
    const type = (element.attributes['Type'] ?? '').toLowerCase()
    const style = childElements(element, 'FontSpec')[0]?.attributes['Style']
    const paragraph = childElements(element, 'ParagraphSpec')[0]
    if (style !== undefined) {
      if (style.includes('AllCaps') && !CAPITALS_OF_LAYOUT.has(type)) capitals.add(type)
      else capitals.delete(type)
    }
    if (paragraph?.attributes['StartsNewPage'] === 'Yes') startsPage.add(type)
    const kind = KINDS[type]
    if (paragraph && kind) paragraphs.set(kind, paragraph)
    else if (paragraph?.attributes['Alignment'] === 'Center') centered.add(type)
  }
  return { capitals, startsPage, centered, setup: readSetup(settings, paragraphs) }
}

function readSetup(settings: readonly XmlElement[], specs: ReadonlyMap<SetupKind, XmlElement>): PageSetup | undefined {
  const size = settings
    .filter(({ name }) => name === 'PageLayout')
    .flatMap((each) => childElements(each, 'PageSize'))[0]
  const height = Number(size?.attributes['Height'] ?? 11)
  const spacing = Number(specs.get('dialogue')?.attributes['Spacing'] ?? 1) >= 1.5 ? 'double' : 'single'
  const paragraphs = Object.fromEntries(
    [...specs].flatMap(([kind, { attributes }]): [string, ParagraphSetup][] => {
      const [left, right, above] = DEFAULTS[spacing][kind]
      const setup = {
        left: numberOf(attributes['LeftIndent'], left),
        right: numberOf(attributes['RightIndent'], right),
        linesAbove: Math.round(numberOf(attributes['SpaceBefore'], above * 12) / 12),
      }
      const moved = setup.left !== left || setup.right !== right
      const raised = setup.linesAbove !== above && kind !== 'parenthetical' && kind !== 'dialogue'
      if (!moved && !raised) return []
      const { linesAbove, ...edges } = setup
      return [[kind, { ...(moved && edges), ...(raised && { linesAbove }) }]]
    }),
  )
  const setup: PageSetup = {
    ...(height > 11.5 && { paper: 'a4' }),
    ...(spacing === 'double' && { spacing }),
    ...(Object.keys(paragraphs).length > 0 && { paragraphs }),
  }
  return Object.keys(setup).length === 0 ? undefined : setup
}

function numberOf(text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise)
  return Number.isFinite(number) ? number : otherwise
}
