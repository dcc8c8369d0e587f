import { TAG_CATEGORIES, type TagCategory } from '../tags.ts'
import { childElements, escapeXml, type XmlElement } from './xml.ts'

/** An item that a production provides. */
export interface TagDefinition {
  readonly category: TagCategory
  readonly label: string
}

/** The categories in Final Draft's order, with the ids it knows them by. */
const FDX_CATEGORIES = {
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
} as const satisfies Readonly<Record<TagCategory, readonly [number, string]>>

/**
 * The part of the file that says what the numbers of tagged texts mean, empty where there is nothing to provide. `marks`
 * are the things of every tagged text, the first being number 1; `things` are all, marked or not.
 */
export function writeTagData(
  definitions: readonly TagDefinition[],
  spans: readonly (readonly TagDefinition[])[],
): string {
  if (definitions.length === 0) return ''
  const ids = new Map<string, string>()
  const definitionsXml: string[] = []
  for (const { category, label } of definitions) {
    const number = ids.size + 1
    const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
    if (ids.has(definitionKey({ category, label }))) continue
    ids.set(definitionKey({ category, label }), id)
    const [, categoryId] = FDX_CATEGORIES[category]
    definitionsXml.push(
      `      <TagDefinition CatId="${categoryId}" Id="${id}" Label="${escapeXml(label)}" Number="${number}"/>\n`,
    )
  }
  const categoriesXml = Object.entries(FDX_CATEGORIES).map(([name, [number, id]]) => {
    return `      <TagCategory Color="#94AA11150000" Id="${id}" Name="${name}" Number="${number}" Style="Bold"/>\n`
  })
  const tagsXml = spans.map((definitionsOfSpan, index) => {
    const own = definitionsOfSpan.map((thing) => `        <DefId>${ids.get(definitionKey(thing))}</DefId>\n`)
    return `      <Tag Number="${index + 1}">\n${own.join('')}      </Tag>\n`
  })
  return `  <TagData>
    <TagCategories>
${categoriesXml.join('')}    </TagCategories>
    <TagDefinitions>
${definitionsXml.join('')}    </TagDefinitions>
    <Tags>
${tagsXml.join('')}    </Tags>
  </TagData>
`
}

/**
 * The meaning of the numbers of tagged texts. A category is known by its id, or by its name; one that a person added to
 * Final Draft's own is Miscellaneous. A thing without a label is called by the words that are tagged.
 */
export function readTagData(root: XmlElement): ReadonlyMap<string, readonly TagDefinition[]> {
  const data = childElements(root, 'TagData')
  const all = (list: string, name: string): readonly XmlElement[] =>
    data.flatMap((each) => childElements(each, list)).flatMap((each) => childElements(each, name))
  const names = new Map(all('TagCategories', 'TagCategory').map(({ attributes: { Id, Name } }) => [Id, Name]))
  const definitions = new Map(
    all('TagDefinitions', 'TagDefinition').map(({ attributes: { Id, CatId, Label = '' } }) => {
      return [Id, { category: findCategory(CatId, names.get(CatId)), label: Label.trim() }]
    }),
  )
  return new Map(
    all('Tags', 'Tag').flatMap((tag) => {
      const { Number: number } = tag.attributes
      const tagged = childElements(tag, 'DefId').flatMap((each) => {
        const definition = definitions.get(
          each.children
            .filter((child) => typeof child === 'string')
            .join('')
            .trim(),
        )
        return definition ? [definition] : []
      })
      return number === undefined || tagged.length === 0 ? [] : [[number, tagged] as const]
    }),
  )
}

function findCategory(id: string | undefined, name: string | undefined): TagCategory {
  const known =
    TAG_CATEGORIES.find((one) => FDX_CATEGORIES[one][1] === id) ?? TAG_CATEGORIES.find((one) => one === name)
  return known ?? 'Miscellaneous'
}

function definitionKey({ category, label }: TagDefinition): string {
  return JSON.stringify([category, label])
}
