import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fix } from '../../../src/screenplay/fix.ts'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { lint, RULES } from '../../../src/screenplay/lint.ts'
import { withoutPositions } from '../final-draft-data.ts'

const FOLDER = join(import.meta.dirname, '../../../src/screenplay/rules')
const EXAMPLE = /@example (?:(\{.*\}) )?(none|lines [\d, ]+)(fixed)?\n```\n([\s\S]*?)\n```(?:\n```\n([\s\S]*?)\n```)?/g

/** Every example in the comment above a rule: what it finds in a text, and what `fix` makes of it. */
const examples = globSync(`${FOLDER}/*.ts`).flatMap((path) => {
  const source = readFileSync(path, 'utf8')
  const code = /code: '(F\d\d)'/.exec(source)?.[1] ?? ''
  const comments = [...source.matchAll(/\/\*\*\n([\s\S]*?)\*\//g)].map(([, text = '']) => text.replace(/^ *\* ?/gm, ''))
  return comments.flatMap((comment) =>
    [...comment.matchAll(EXAMPLE)].map(([, options = '{}', wanted = '', fixedText, text = '', better]) => ({
      code,
      options: JSON.parse(options),
      lines: wanted === 'none' ? [] : (wanted.match(/\d+/g) ?? []).map(Number),
      fixedText: fixedText !== undefined,
      text,
      better,
      name: `${code}: ${text.split('\n').slice(0, 2).join(' / ').slice(0, 60)}`,
    })),
  )
})

describe('the examples of the rules', () => {
  test.each(examples)('$name', ({ code, options, lines, text, fixedText, better }) => {
    const found = lint(parseFountain(text), options).filter((finding) => finding.code === code)
    expect(found.map(({ line }) => line)).toEqual(lines)
    if (!fixedText) return
    const { script, fixed } = fix(text, options)
    expect(withoutPositions(script)).toEqual(withoutPositions(parseFountain(better ?? '')))
    expect(fixed.filter((finding) => finding.code === code).map(({ line }) => line)).toEqual(lines)
  })

  test('are there for every rule that a text alone can break', () => {
    const shown = new Set(examples.map(({ code }) => code))
    expect(RULES.map(({ code }) => code).filter((code) => !shown.has(code))).toEqual([])
  })
})
