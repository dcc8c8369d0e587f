import type { PageOptions } from '../layout/paginate.ts'
import { childElements, readXml, writeXml, type XmlElement } from './xml.ts'

/** Name, style, left and right edge in inches, points above, alignment, paginated as, followed by, shortcut. */
type SettingsRow = readonly [string, string, string, string, number, string, string, string, string]

/** The settings that Final Draft saves for a new screenplay. */
const ELEMENT_SETTINGS: readonly SettingsRow[] = [
  ['General', '', '1.50', '7.50', 0, 'Left', 'General', 'General', '0'],
  ['Scene Heading', 'AllCaps', '1.50', '7.50', 24, 'Left', 'Scene Heading', 'Action', '1'],
  ['Action', '', '1.50', '7.50', 12, 'Left', 'Action', 'Action', '2'],
  ['Character', 'AllCaps', '3.50', '7.25', 12, 'Left', 'Character', 'Dialogue', '3'],
  ['Parenthetical', '', '3.00', '5.50', 0, 'Left', 'Parenthetical', 'Dialogue', '4'],
  ['Dialogue', '', '2.50', '6.00', 0, 'Left', 'Dialogue', 'Action', '5'],
  ['Transition', 'AllCaps', '5.50', '7.10', 12, 'Right', 'Transition', 'Scene Heading', '6'],
  ['Shot', 'AllCaps', '1.50', '7.50', 12, 'Left', 'Scene Heading', 'Action', '7'],
  ['Cast List', 'AllCaps', '1.50', '7.50', 0, 'Left', 'Action', 'Action', '8'],
  ['New Act', 'Underline+AllCaps', '1.50', '7.50', 0, 'Center', 'General', 'Scene Heading', '9'],
  ['End of Act', 'Underline+AllCaps', '1.50', '7.50', 24, 'Center', 'Character', 'New Act', ':'],
  ['Lyric', 'Italic', '2.50', '7.38', 0, 'Left', 'Dialogue', 'Lyric', ';'],
  ['Summary', 'HiddenText', '0.88', '7.50', 12, 'Left', 'Outline Body', 'Summary', 'Ctrl+0'],
  ['Outline 1', 'Bold+HiddenText', '0.88', '7.50', 16, 'Left', 'Outline', 'Summary', 'Ctrl+1'],
  ['Outline 2', 'Bold+HiddenText', '1.13', '7.50', 14, 'Left', 'Outline', 'Summary', 'Ctrl+2'],
  ['Outline 3', 'Bold+HiddenText', '1.38', '7.50', 12, 'Left', 'Outline', 'Summary', 'Ctrl+3'],
  ['Note', 'Italic+HiddenText', '1.63', '7.50', 12, 'Left', 'Outline', 'Summary', 'Ctrl+4'],
]

/** The differences where dialogue is double-spaced, as Final Draft saves them for comedy with several cameras. */
const DOUBLE_SPACED: Readonly<Record<string, Partial<Record<'left' | 'right' | 'before' | 'lines', string>>>> = {
  'Scene Heading': { before: '12' },
  Parenthetical: { left: '2.75' },
  Dialogue: { left: '2.25', lines: '2' },
}

const PAPER_SIZES = { letter: ['11.00', '8.50'], a4: ['11.69', '8.27'] } as const
const FONT = 'AdornmentStyle="0" Font="Courier Final Draft" RevisionID="0" Size="12"'

/** The layout of pages and of every kind of paragraph, and how speeches break. */
export function writeSettings(
  paper: NonNullable<PageOptions['paper']>,
  spacing: NonNullable<PageOptions['spacing']>,
): string {
  const [height, width] = PAPER_SIZES[paper]
  return `  <PageLayout BottomMargin="72" BreakDialogueAndActionAtSentences="Yes" DocumentLeading="Normal" FooterMargin="36" HeaderMargin="36" TopMargin="72" UsesSmartQuotes="Yes">
    <PageSize Height="${height}" Width="${width}"/>
  </PageLayout>
${ELEMENT_SETTINGS.map((row) => writeElementSettings(row, spacing)).join('\n')}
  <MoresAndContinueds>
    <FontSpec ${FONT} Style=""/>
    <DialogueBreaks AutomaticCharacterContinueds="Yes" BottomOfPage="Yes" DialogueBottom="(MORE)" DialogueTop="(CONT'D)" TopOfNext="Yes"/>
    <SceneBreaks ContinuedNumber="No" SceneBottom="(CONTINUED)" SceneBottomOfPage="No" SceneTop="CONTINUED:" SceneTopOfNext="No"/>
  </MoresAndContinueds>`
}

function writeElementSettings(row: SettingsRow, spacing: NonNullable<PageOptions['spacing']>): string {
  const [name, style, left, right, before, align, paginateAs, next, shortcut] = row
  const override = spacing === 'double' ? DOUBLE_SPACED[name] : undefined
  const hang = name === 'Parenthetical' ? '-0.10' : '0.00'
  return `  <ElementSettings Type="${name}">
    <FontSpec ${FONT} Style="${style}"/>
    <ParagraphSpec Alignment="${align}" FirstIndent="${hang}" Leading="Regular" LeftIndent="${override?.left ?? left}" RightIndent="${override?.right ?? right}" SpaceBefore="${override?.before ?? before}" Spacing="${override?.lines ?? '1'}" StartsNewPage="No"/>
    <Behavior PaginateAs="${paginateAs}" ReturnKey="${next}" Shortcut="${shortcut}"/>
  </ElementSettings>`
}

/** Whether the settings of a file are those that `writeSettings` writes, or none. */
export function isOwnSettings(settings: readonly XmlElement[]): boolean {
  if (settings.length === 0) return true
  const given = settings.map(writeXml).join('').replace(/>\s+</g, '><')
  return (['letter', 'a4'] as const).some((paper) =>
    (['single', 'double'] as const).some((spacing) => given === canonicalSettings(paper, spacing)),
  )
}

function canonicalSettings(
  paper: NonNullable<PageOptions['paper']>,
  spacing: NonNullable<PageOptions['spacing']>,
): string {
  const xml = readXml(`<Settings>${writeSettings(paper, spacing)}</Settings>`)
  return childElements(xml).map(writeXml).join('').replace(/>\s+</g, '><')
}
