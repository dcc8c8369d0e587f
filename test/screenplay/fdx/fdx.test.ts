import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { breakdown } from '../../../src/screenplay/breakdown.ts'
import { parseRuns, printRuns } from '../../../src/screenplay/emphasis.ts'
import { fromFdx } from '../../../src/screenplay/fdx/read.ts'
import { toFdx } from '../../../src/screenplay/fdx/write.ts'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { printFountain } from '../../../src/screenplay/fountain/print.ts'
import { paginate } from '../../../src/screenplay/layout/paginate.ts'
import { layOutTitlePage } from '../../../src/screenplay/layout/title-page.ts'
import type { Script, ScriptElement } from '../../../src/screenplay/types.ts'
import { anyScript, anyTaggedScript } from '../arbitrary-script.ts'
import {
  countByType,
  fdxFiles,
  hasData,
  readData,
  stripInstructions,
  withoutFdx,
  withoutPositions,
} from '../final-draft-data.ts'

const content = (inner: string): string => `<FinalDraft Version="4"><Content>${inner}</Content></FinalDraft>`
const paragraph = (type: string, ...texts: string[]): string =>
  `<Paragraph Type="${type}">${texts.map((text) => (text.startsWith('<') ? text : `<Text>${text}</Text>`)).join('')}</Paragraph>`
const elements = (inner: string): readonly ScriptElement[] => withoutFdx(fromFdx(content(inner)).elements)

/** A note inside a text leaves blanks behind that a paragraph does not keep. */
const withoutNotes = anyScript.map((given): Script => JSON.parse(JSON.stringify(given).replaceAll('[[n]]', 'n')))

describe('what is written can be read back', () => {
  test.each([
    ['a script', anyScript],
    ['a script with tags', anyTaggedScript],
  ])('fromFdx(toFdx(%s)) equals it', { timeout: 60_000 }, (_, some) => {
    fc.assert(
      fc.property(some, (given) => {
        expect(fromFdx(toFdx(given))).toEqual(given)
      }),
      { numRuns: 500 },
    )
  })

  test('what a page shows is read back without our processing instructions too, styles and all', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(withoutNotes, (given) => {
        const back = fromFdx(stripInstructions(toFdx(given)))
        expect(shown(back)).toEqual(shown(given))
      }),
      { numRuns: 500 },
    )
  })

  test('it is XML, whatever is in the text', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const given: Script = { titlePage: [{ key: text, values: [text] }], elements: [{ type: 'action', text }] }
        const xml = toFdx(given)
        expect(XMLValidator.validate(xml)).toBe(true)
        expect(fromFdx(xml)).toEqual(given)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
        expect(xml).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
      }),
      { numRuns: 500 },
    )
  })

  test.skipIf(spawnSync('xmllint', ['--version']).error)(
    'xmllint accepts it (skipped where it is not installed)',
    () => {
      const given =
        'Title: A & B\nAuthor: "C" <d>\n\nINT. X - DAY #1#\n\nA *b* **_c_** & <d>.\n\nANNA\nYes.\n\nBEN ^\nNo.'
      const { titlePage, elements } = parseFountain(given)
      const tags = [{ category: 'Props', text: '<d>', label: '"D" & <co>' }] as const
      const { status, stderr } = spawnSync('xmllint', ['--noout', '-'], {
        input: toFdx({ titlePage, elements: elements.map((one) => ({ ...one, ...('text' in one && { tags }) })) }),
        encoding: 'utf8',
      })
      expect([status, stderr]).toEqual([0, ''])
    },
  )

  test('a paragraph that was changed since counts, not what was kept of it', () => {
    const xml = toFdx(parseFountain('One [[a note]] two.\n\nThree.')).replace('<Text>One ', '<Text>Uno ')
    expect(elementsOf(fromFdx(xml))).toEqual(['Uno  two.', 'Three.'])
  })

  test.each([
    '{"element":{}}',
    '{"element":{"type":"action"}}',
    '{"element":{"type":"action","text":"A","tags":[5]}}',
    '{"element":{"type":"toString"}}',
    '{"element":null}',
    '{"titlePage":[{}]}',
    'null',
    '{',
  ])('a damaged instruction is ignored: %s', (spoiled) => {
    const kept = `<?showrunner ${spoiled}?>`
    const title = `<TitlePage><Content>${kept}<Paragraph Alignment="Center"><Text>T</Text></Paragraph></Content></TitlePage>`
    const xml = `<FinalDraft><Content>${kept}${paragraph('Action', 'A')}</Content>${title}</FinalDraft>`
    expect(fromFdx(xml)).toEqual({
      titlePage: [{ key: 'Title', values: ['T'] }],
      elements: [{ type: 'action', text: 'A' }],
    })
  })
})

test('a scene says its number, its length in eighths and its page', () => {
  const xml = toFdx(parseFountain(`INT. A - DAY #7#\n\n${'Line.\n\n'.repeat(40)}INT. B - DAY\n\nOne.`))
  expect(xml).toContain(
    '<Paragraph Type="Scene Heading" Number="7">\n      <SceneProperties Length="1 4/8" Page="1" Title=""/>',
  )
  expect(xml).toContain('<SceneProperties Length="1/8" Page="2" Title=""/>')
})

test('styles become runs, and dual dialogue a frame around both speeches', () => {
  const xml = toFdx(parseFountain('A **b *c*** _d_.\n\nANNA\nYes.\n\nBEN ^\nNo.'))
  expect(xml).toContain('<Text>A </Text>\n      <Text Style="Bold">b </Text>\n      <Text Style="Bold+Italic">c</Text>')
  expect(xml).toMatch(/<DualDialogue>[\s\S]*ANNA[\s\S]*Yes\.[\s\S]*BEN[\s\S]*No\.[\s\S]*<\/DualDialogue>/)
  expect(elementsOf(fromFdx(stripInstructions(xml)))[0]).toBe('A **b** ***c*** _d_.')
})

describe('files of others', () => {
  test.each<[string, string, readonly ScriptElement[]]>([
    [
      'text in pieces and entities',
      paragraph('Action', 'A &amp; ', '<Text Style="Bold">B</Text>', '&#233;&#x21;'),
      [{ type: 'action', text: 'A & **B**é!' }],
    ],
    [
      'capitals as a style',
      paragraph('Action', '<Text Style="Bold+AllCaps">bang</Text>'),
      [{ type: 'action', text: '**BANG**' }],
    ],
    ['stars that are none', paragraph('Action', '2 *3* 4 * 5'), [{ type: 'action', text: '2 \\*3\\* 4 \\* 5' }]],
    ['a star alone', paragraph('Action', '4 * 5'), [{ type: 'action', text: '4 * 5' }]],
    ['an act', paragraph('New Act', 'ACT ONE'), [{ type: 'centered', text: 'ACT ONE' }]],
    ['a shot', paragraph('Shot', 'CLOSE ON'), [{ type: 'action', text: 'CLOSE ON' }]],
    [
      'a centred line',
      '<Paragraph Type="Action" Alignment="Center"><Text>X</Text></Paragraph>',
      [{ type: 'centered', text: 'X' }],
    ],
    [
      'a page break',
      `${paragraph('Action', 'A')}<Paragraph Type="Action" StartsNewPage="Yes"><Text>B</Text></Paragraph>`,
      [{ type: 'action', text: 'A' }, { type: 'page_break' }, { type: 'action', text: 'B' }],
    ],
    [
      'dialogue in several paragraphs, one of them empty',
      ['Character', 'Dialogue', 'Dialogue', 'Dialogue']
        .map((type, i) => (i === 2 ? paragraph(type) : paragraph(type, `T${i}`)))
        .join(''),
      [
        { type: 'character', name: 'T0', extensions: [] },
        { type: 'dialogue', text: 'T1\n\nT3' },
      ],
    ],
    ['dialogue without a speaker', paragraph('Dialogue', 'Oh.'), [{ type: 'action', text: 'Oh.' }]],
    [
      'a note of the writer',
      paragraph('Action', 'A', '<ScriptNote Name="x"><Paragraph><Text>why?</Text></Paragraph></ScriptNote>'),
      [{ type: 'action', text: 'A [[why?]]' }],
    ],
    [
      'empty paragraphs at the edges',
      paragraph('Action') + paragraph('Action', 'A') + paragraph('Scene Heading'),
      [{ type: 'action', text: 'A' }],
    ],
    [
      'comments, CDATA and strange elements',
      `<!-- x --><Odd>y</Odd>${paragraph('Action', '<Text><![CDATA[a < b]]></Text>')}`,
      [{ type: 'action', text: 'a < b' }],
    ],
  ])('%s', (_, xml, expected) => {
    expect(elements(xml)).toEqual(expected)
  })

  test('the lines of a title page are recognised by their words', () => {
    const lines = [
      ['Center', 'THE KETTLE'],
      ['Center', ''],
      ['Center', 'Written by'],
      ['Center', 'Anna Bee'],
      ['Center', 'Based on a true story'],
      ['Left', 'anna@b.example'],
      ['Left', 'Second Draft'],
      ['Left', '© 2026'],
    ]
    const xml = `<FinalDraft><Content/><TitlePage><Content>${lines.map(([align, text]) => `<Paragraph Alignment="${align}"><Text>${text}</Text></Paragraph>`).join('')}</Content></TitlePage></FinalDraft>`
    expect(fromFdx(xml).titlePage).toEqual([
      { key: 'Title', values: ['THE KETTLE'] },
      { key: 'Credit', values: ['Written by'] },
      { key: 'Author', values: ['Anna Bee'] },
      { key: 'Source', values: ['Based on a true story'] },
      { key: 'Contact', values: ['anna@b.example'] },
      { key: 'Draft date', values: ['Second Draft'] },
      { key: 'Copyright', values: ['© 2026'] },
    ])
  })

  test.each([
    ['nothing', '', /no XML/],
    ['a text', 'INT. HOUSE - DAY', /no XML/],
    ['another format', '<html><body/></html>', /no Final Draft script: it is <html>/],
    ['a file cut off', content(paragraph('Action', 'A')).slice(0, 60), /cut off in <\w+>/],
    ['tags that do not match', '<FinalDraft><Content></FinalDraft>', /closes nothing/],
  ])('%s is refused with the reason', (_, xml, reason) => {
    expect(() => fromFdx(xml)).toThrow(SyntaxError)
    expect(() => fromFdx(xml)).toThrow(reason)
  })

  test('any text is read or refused, nothing else', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            '<FinalDraft>',
            '<Content>',
            '</Content>',
            '</FinalDraft>',
            '<Paragraph Type="Dialogue">',
            '</Paragraph>',
            '<Text>',
            '</Text>',
            'a',
            '&#xFFFFFFFF;',
            '<',
            '"',
            '<?showrunner {"element":{}}?>',
            '<?showrunner 1?>',
          ),
          { maxLength: 14 },
        ),
        (parts) => {
          try {
            fromFdx(parts.join(''))
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
          }
        },
      ),
      { numRuns: 3_000 },
    )
  })
})

describe('what Final Draft shows and keeps', () => {
  const settings = (type: string, style: string, spec: string): string =>
    `<ElementSettings Type="${type}"><FontSpec Style="${style}"/><ParagraphSpec ${spec}/></ElementSettings>`
  const file = (inner: string, rest = ''): Script =>
    fromFdx(`<FinalDraft Version="4"><Content>${inner}</Content>${rest}</FinalDraft>`)
  const cue = paragraph('Character', 'Lou (v.o.)') + paragraph('Dialogue', 'Hi.')

  test('a cue in small letters is in capitals, and one person with the cue in capitals', () => {
    const script = file(
      `${paragraph('Scene Heading', 'int. shed - day')}${cue}${paragraph('Action', 'Rain.')}${paragraph('Character', 'LOU')}${paragraph('Dialogue', 'Ho.')}`,
    )
    const texts = paginate(script).flatMap(({ lines }) => lines.map(({ text }) => text))
    expect(texts).toEqual(expect.arrayContaining(['LOU (V.O.)', "LOU (CONT'D)"]))
    expect(breakdown(script)[0]?.cast).toEqual(['LOU'])
    expect(toFdx(script)).toContain('<Text>Lou (v.o.)</Text>')
  })

  test('a file without capitals for cues keeps them as typed', () => {
    expect(file(cue, settings('Character', '', 'Alignment="Left"')).elements[0]).toMatchObject({ name: 'Lou' })
  })

  test('the settings of kinds are read: new pages, centred lines, double spacing, edges', () => {
    const script = file(
      paragraph('Action', 'Rain.') + paragraph('End Of Act', 'end of act one') + paragraph('New Act', 'act two') + cue,
      settings('New Act', 'AllCaps', 'Alignment="Center" StartsNewPage="Yes"') +
        settings('End Of Act', 'AllCaps', 'Alignment="Center"') +
        settings('Dialogue', '', 'Spacing="2" LeftIndent="2.00" RightIndent="6.00"'),
    )
    expect(paginate(script)).toHaveLength(2)
    expect(script.setup).toEqual({ spacing: 'double', paragraphs: { dialogue: { left: 2, right: 6 } } })
    expect(paginate(script)[1]?.lines.map(({ row, column, text }) => [row, column, text])).toEqual([
      [0, 42, 'ACT TWO'],
      [2, 35, 'LOU (V.O.)'],
      [4, 20, 'Hi.'],
    ])
    expect(fromFdx(toFdx(script))).toEqual(script)
  })

  const kept: readonly [string, string, string][] = [
    ['a shot', paragraph('Shot', 'ANGLE ON'), 'Type="Shot"'],
    ['revision marks', '<Paragraph Type="Action"><Text RevisionID="2">New.</Text></Paragraph>', 'RevisionID="2"'],
    ['struck words', paragraph('Action', 'A', '<Text Style="Strikeout">B</Text>'), 'Style="Strikeout"'],
    ['alternates', paragraph('Dialogue', '<Alternates><Text>B</Text></Alternates>', 'A'), '<Alternates><Text>B'],
    [
      'a note',
      paragraph('Action', '<ScriptNote ID="1"><Text>why?</Text></ScriptNote>', 'Rain.'),
      '<ScriptNote ID="1">',
    ],
    [
      'a summary',
      paragraph(
        'Scene Heading',
        '<SceneProperties Length="1/8"><Summary><Paragraph><Text>They meet.</Text></Paragraph></Summary></SceneProperties>',
        'INT. A - DAY',
      ),
      'They meet.',
    ],
    [
      'an omitted scene',
      paragraph(
        'Scene Heading',
        `<OmittedScene>${paragraph('Scene Heading', 'INT. B - DAY')}</OmittedScene>`,
        'OMITTED',
      ),
      '<OmittedScene>',
    ],
  ]
  test.each(kept)('%s comes back as it was, while the text is the same', (_, inner, expected) => {
    const script = file(inner)
    expect(toFdx(script)).toContain(expected)
    expect(fromFdx(toFdx(script))).toEqual(script)
    const changed = script.elements.map((one) => ('text' in one ? { ...one, text: `${one.text}x` } : one))
    expect(toFdx({ ...script, elements: changed })).toContain('x</Text>')
  })

  test('a summary is a synopsis, an omitted scene a boneyard, struck words and notes are not printed', () => {
    expect(printFountain(file(kept[5]?.[1] ?? ''))).toBe('INT. A - DAY\n\n= They meet.\n')
    expect(printFountain(file(kept[6]?.[1] ?? ''))).toBe('.OMITTED\n\n/*\nINT. B - DAY\n*/\n')
    expect(paginate(file(kept[2]?.[1] ?? ''))[0]?.lines[0]?.text).toBe('A')
    expect(paginate(file(kept[4]?.[1] ?? ''))[0]?.lines[0]?.text).toBe('Rain.')
  })

  test('everything beside the text is written as read', () => {
    const rest =
      '<SmartType><Characters><Character>LOU</Character></Characters></SmartType><LockedPages><Page No="1"/></LockedPages>'
    const script = file(paragraph('Action', 'A'), rest)
    expect(toFdx(script)).toContain('<SmartType><Characters><Character>LOU</Character></Characters></SmartType>')
    expect(fromFdx(toFdx(script))).toEqual(script)
  })

  test('two credits keep their names, and a value of several lines is read from Fountain again', () => {
    const line = (align: string, text: string): string =>
      `<Paragraph Alignment="${align}"><Text>${text}</Text></Paragraph>`
    const script = file(
      '',
      `<TitlePage><Content>${['DOG', 'Written by', 'Lou', 'Created by', 'Bo'].map((text) => line('Center', text)).join('')}${line('Left', 'Acme\nTel: 5')}${line('Left', 'X\tY')}</Content></TitlePage>`,
    )
    expect(script.titlePage).toEqual([
      { key: 'Title', values: ['DOG'] },
      { key: 'Credit', values: ['Written by'] },
      { key: 'Author', values: ['Lou'] },
      { key: 'Credit', values: ['Created by'] },
      { key: 'Author', values: ['Bo'] },
      { key: 'Contact', values: ['Acme', 'Tel: 5', 'X    Y'] },
    ])
    expect(parseFountain(printFountain(script)).titlePage).toEqual(script.titlePage)
    expect(layOutTitlePage(script, 54).map(({ text }) => text)).toEqual([
      'DOG',
      'Written by',
      'Lou',
      'Created by',
      'Bo',
      'Acme',
      'Tel: 5',
      'X    Y',
    ])
  })
})

describe.skipIf(!hasData)('real files (skipped where ../shared/data is absent)', () => {
  test.each(fdxFiles)('%s reads, writes and reads again equal, and prints as Fountain that reads equal', (file) => {
    const given = fromFdx(readData(file))
    const xml = toFdx(given)
    expect(fromFdx(xml)).toEqual(given)
    expect(shown(fromFdx(stripInstructions(xml)))).toEqual(shown(given))
    expect(styledTexts(xml)).toEqual(styledTexts(readData(file)))
    expect(xml.match(/<DualDialogue>/g)).toEqual(readData(file).match(/<DualDialogue>/g))
    expect(withoutPositions(parseFountain(printFountain(given))).elements).toEqual(withoutFdx(given.elements))
  })

  // The Fountain of these was exported from the same script: what both say must be the same elements.
  test.each(['vikings', 'gumshoe'])('%s has the same elements in Fountain and in FDX', (name) => {
    const fountain = parseFountain(readData(`final-draft/${name}/source.fountain`)).elements
    const printed = fountain.filter((element) => element.type !== 'section')
    expect(countByType(fromFdx(readData(`final-draft/${name}/source.fdx`)).elements)).toEqual(countByType(printed))
  })
})

/** Elements that a page break cannot be written before, because no paragraph begins the page. */
const APART: ReadonlySet<string> = new Set(['page_break', 'boneyard'])

/** The printed elements in one spelling of emphasis and of cues. A dual cue with no speech beside it is a single one. */
function shown({ elements }: Script): readonly unknown[] {
  let beside = false
  const seen = withoutFdx(elements)
    .map((element, index) => {
      if (element.type !== 'character') return element
      // Final Draft shows every cue in capitals.
      const { dual, ...typed } = element
      const alone = {
        ...typed,
        name: typed.name.toUpperCase(),
        extensions: typed.extensions.map((one) => one.toUpperCase()),
      }
      const before = elements[index - 1]?.type ?? ''
      beside = dual === true && !beside && ['character', 'dialogue', 'parenthetical', 'lyrics'].includes(before)
      return beside ? { ...alone, ...(dual && { dual }) } : alone
    })
    .filter(({ type }, index, all) => type !== 'page_break' || !APART.has(all[index + 1]?.type ?? 'page_break'))
    .filter(({ type }) => !['note', 'boneyard', 'section', 'synopsis'].includes(type))
    .map((element) => ('text' in element ? { ...element, text: printRuns(parseRuns(element.text)).trim() } : element))
  // Blank lines and page breaks at the edges of what is printed are nothing.
  const isSomething = (element: ScriptElement): boolean =>
    element.type === 'character' || ('text' in element && element.text !== '')
  return seen.slice(Math.max(0, seen.findIndex(isSomething)), seen.findLastIndex(isSomething) + 1)
}

function styledTexts(xml: string): readonly string[] {
  const body = xml.slice(0, xml.indexOf('</Content>'))
  return [...body.matchAll(/<Text[^>]* Style="([^"]+)"[^>]*>([^<]+)</g)].map(
    ([, style, text = '']) => `${style}: ${text.trim()}`,
  )
}

function elementsOf(script: Script): readonly (string | undefined)[] {
  return script.elements.map((element) => ('text' in element ? element.text : undefined))
}
