import { expect, test } from 'vitest'
import { readScript } from '../../src/screenplay/read-script.ts'

test.each([
  ['PDF', '%PDF-1.7 ...', 'a PDF'],
  ['PDF in base64', 'JVBERi0xLjcK', 'a PDF'],
  ['RTF', '{\\rtf1\\ansi', 'an RTF document'],
  ['Highland', 'PK\u0003\u0004\0\0Dog.textbundle/text.md', 'a Highland document'],
  ['Fade In', 'PK\u0003\u0004\0\0document.xml', 'a Fade In document'],
  ['Word', 'PK\u0003\u0004\0\0word/document.xml', 'a Word document'],
  ['bytes', '\uFFFD\0\u0001'.repeat(40), 'a binary file'],
])('%s is refused by its name', (_, source, name) => {
  expect(() => readScript(source)).toThrow(SyntaxError)
  expect(() => readScript(source)).toThrow(`This is ${name}`)
})

test('Fountain and Final Draft are distinguished', () => {
  expect(readScript('INT. SHED - DAY\n').elements[0]?.type).toBe('scene_heading')
  const fdx = '<FinalDraft><Content><Paragraph Type="Action"><Text>A</Text></Paragraph></Content></FinalDraft>'
  expect(readScript(`\uFEFF${fdx}`).elements[0]?.type).toBe('action')
})
