import type { Run } from '../inline.ts'
import { escapeXml } from './xml.ts'

/** A thing that a production has to provide, and where the script names it. */
export interface FdxTag {
  readonly category: TagCategory
  /** The words of the script that name it, as they are seen. */
  readonly text: string
  /** Index in `script.elements`. */
  readonly element: number
  /** What the production calls it; the text where not given. Tags of one category with one label are one thing. */
  readonly label?: string
}

/** A stretch of text that may be tagged: the number of its tag. */
export type TaggedRun = Run & { readonly tag?: number }

/** The categories of Final Draft, in its order, with the ids it knows them by. */
const TAG_CATEGORIES = {
  Synopsis: [1, '8e5e75c2-713b-47df-a75f-f12648b98ded'],
  'Cast Members': [2, '01fc9642-84ff-4366-b37c-a3068dee57e8'],
  'Background Actors': [3, '028a4e2b-b507-4d09-88ab-90e3edae9071'],
  Stunts: [4, '0377dbe6-77a3-41af-bda8-86eb2468fdbf'],
  Vehicles: [5, '04721a56-f54b-49c8-80ad-d53887d6b851'],
  Props: [6, '05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa'],
  Camera: [7, '47b02ff1-5161-4137-b736-f36eebba7643'],
  'Special Effects': [8, '069e18b8-2109-4f3d-94e7-d802027a60a8'],
  Wardrobe: [9, '0726fa85-1e65-4ab8-87de-bf21d09b01f0'],
  'Makeup/Hair': [10, '08ae1eef-32ce-415f-9a9b-0982d2453ec4'],
  Animals: [11, '09cb0d1c-ce01-4f22-bb64-b5f2e6c491c6'],
  'Animal Wrangler': [12, '0ae40617-cc7c-48e6-ae2b-5aaecc09986f'],
  Music: [13, '0b0b44c9-aa4b-4c40-88b1-d94472ad7a26'],
  Sound: [15, '0ce7d308-096d-4603-8fe8-349f72cd89ff'],
  'Art Department': [16, 'c86eae40-3b01-41c3-a7de-6859e6ec971d'],
  'Set Dressing': [17, '0debb71b-5743-4c53-80cc-e17e841ce645'],
  Greenery: [18, '0e7a8fc5-5441-4bad-a9bf-5ddd3fe51c69'],
  'Special Equipment': [19, '0ff5cda4-4d43-4cfe-940f-91380c46fdad'],
  Security: [20, '109d0eaa-0334-4823-ac0c-b44d3f209dc4'],
  'Additional Labor': [21, '1179a4b1-70ee-4011-b4a2-809a0af09e92'],
  'Visual Effects': [23, '12ab0932-e3b9-4b4a-bcd0-3da1b4e61d5e'],
  'Mechanical Effects': [24, '135cc9d1-c4d5-4d00-83d9-571f584ea9cd'],
  Miscellaneous: [25, 'ce04f547-f7ee-40c9-ab66-d95a0c98034e'],
  Notes: [26, '15b6f4fd-4e74-4ad8-9971-b239d88c2997'],
  'Script Day': [27, '63c140da-ef2b-491a-b416-b46f461abb89'],
  Unit: [28, '849f1ebf-5507-4f33-bff6-3a5b4d73be14'],
  Sequence: [29, '70877d87-30ef-45b6-be46-c6fa94b83a71'],
  Location: [30, 'c5e89e4d-f83e-4c28-950c-92a63f1b5f26'],
  Comments: [31, '216f33fd-fc42-4269-be01-b05b18f815a0'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>

export type TagCategory = keyof typeof TAG_CATEGORIES

/** The runs of an element with its tags marked. A tag whose text is not there marks nothing. */
export function withTags(given: readonly Run[], tags: readonly FdxTag[], element: number): readonly TaggedRun[] {
  let marked: readonly TaggedRun[] = given
  for (const [index, tag] of tags.entries()) {
    if (tag.element === element && tag.text !== '') marked = marked.flatMap(markOnce(tag.text, index + 1))
  }
  return marked
}

function markOnce(text: string, tag: number): (run: TaggedRun) => readonly TaggedRun[] {
  let done = false
  return (run) => {
    const at = done || run.tag !== undefined ? -1 : run.text.indexOf(text)
    if (at < 0) return [run]
    done = true
    const parts = [
      { ...run, text: run.text.slice(0, at) },
      { ...run, text, tag },
      { ...run, text: run.text.slice(at + text.length) },
    ]
    return parts.filter((part) => part.text !== '')
  }
}

/** The part of the file that says what the numbers of the tags mean; empty without tags. */
export function tagData(tags: readonly FdxTag[]): string {
  if (tags.length === 0) return ''
  const things = [...new Set(tags.map(thingOf))]
  const idOf = (tag: FdxTag): string => {
    return `00000000-0000-4000-8000-${String(things.indexOf(thingOf(tag)) + 1).padStart(12, '0')}`
  }
  const categories = Object.entries(TAG_CATEGORIES).map(([name, [number, id]]) => {
    return `      <TagCategory Color="#94AA11150000" Id="${id}" Name="${name}" Number="${number}" Style="Bold"/>\n`
  })
  const definitions = things.map((thing, index) => {
    const tag = tags.find((each) => thingOf(each) === thing) as FdxTag
    const [, category] = TAG_CATEGORIES[tag.category]
    return `      <TagDefinition CatId="${category}" Id="${idOf(tag)}" Label="${escapeXml(tag.label ?? tag.text)}" Number="${index + 1}"/>\n`
  })
  const marks = tags.map((tag, index) => {
    return `      <Tag Number="${index + 1}">\n        <DefId>${idOf(tag)}</DefId>\n      </Tag>\n`
  })
  return `  <TagData>
    <TagCategories>
${categories.join('')}    </TagCategories>
    <TagDefinitions>
${definitions.join('')}    </TagDefinitions>
    <Tags>
${marks.join('')}    </Tags>
  </TagData>
`
}

function thingOf({ category, label, text }: FdxTag): string {
  return JSON.stringify([category, label ?? text])
}
