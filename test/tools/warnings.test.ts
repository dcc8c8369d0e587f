import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createShowrunner } from '../../src/index.ts'
import developScript from '../../src/tools/develop-script.ts'
import generateText from '../../src/tools/generate-text.ts'
import listModels from '../../src/tools/list-models.ts'
import usageReport from '../../src/tools/usage-report.ts'
import { realWorld } from '../../src/world.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'

let vendor: FakeVendor

beforeAll(async () => {
  // It bills all that a call may write, or ten tokens of a short one.
  vendor = await startFakeVendor(({ body }) => ({
    text: JSON.stringify(body).includes('Say nothing.') ? '' : 'Words.',
    usage: { input: 40, output: Number(body['max_tokens']) > 100 ? Number(body['max_tokens']) : 10 },
  }))
})
afterAll(() => vendor.close())

/** One model at forty dollars a million tokens of output (or as given), and a budget of ten cents. */
function makeHome(outputUsdPerMtok = 40) {
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-warnings-'))
  const config = {
    providers: { lab: { base_url: `${vendor.origin}/v1`, api_key: 'k', models: ['m'] } },
    prices: { 'lab/m': { input_usd_per_mtok: 1, output_usd_per_mtok: outputUsdPerMtok } },
    budgets: [{ name: 'team', per: 'total', usd: 0.1 }],
  }
  writeFileSync(join(cwd, 'showrunner.json'), JSON.stringify(config))
  return { cwd, env: { SHOWRUNNER_HOME: join(cwd, 'home') }, world: { ...realWorld(), log: () => {} } }
}

const WARNING = expect.stringMatching(/^The budget "team" is 80 % spent: \$0\.080\d of \$0\.1000 in total\.$/)

test('the call that takes a budget past 80 % says so in its result; the next one does not', async () => {
  const showrunner = createShowrunner(makeHome())
  onTestFinished(() => showrunner.close())
  const ask = async (max_output_tokens: number) =>
    (await showrunner.generateText({ prompt: 'Go.', model: 'lab/m', max_output_tokens })).warnings
  expect(await ask(100)).toBeUndefined()
  expect(await ask(2_000)).toEqual([WARNING])
  expect(await ask(100)).toBeUndefined()
})

test('a call that failed says so in its error', async () => {
  const showrunner = createShowrunner(makeHome())
  onTestFinished(() => showrunner.close())
  const failing = showrunner.generateText({ prompt: 'Say nothing.', model: 'lab/m', max_output_tokens: 2_000 })
  await expect(failing).rejects.toThrow(/ The budget "team" is 80 % spent: \$0\.080\d of \$0\.1000 in total\.$/)
})

test('a job says so among its own findings, no other job does, and the report says so in its summary', async () => {
  // The first question may write 10,000 tokens, which is eight cents.
  const app = createApp(makeHome(8))
  onTestFinished(() => app.close())
  const on = { app, signal: new AbortController().signal, progress: () => {} }
  const input = developScript.input.parse({
    concept: 'A lamp.',
    format: 'scene',
    target_pages: 1,
    model: 'lab/m',
    wait_seconds: 30,
  })
  const budget = ({ findings }: { readonly findings: readonly { readonly code: string }[] }) =>
    findings.filter(({ code }) => code === 'BUDGET')
  const first = await developScript.run(input, on)
  const other = await developScript.run({ ...input, model: 'rehearsal/understudy' }, on)
  expect(budget(other)).toEqual([])
  const again = await developScript.run({ script_id: first.script_id, model: 'lab/m', wait_seconds: 0 }, on)
  expect([budget(first), budget(again)].flat()).toContainEqual({ code: 'BUDGET', severity: 'warn', message: WARNING })
  expect((await usageReport.run({}, on)).summary).toContain('More than 80 % spent: "team" (80 %).')
})

test('a warning of the configuration is in the first result of a tool, and always in list_models and usage_report', async () => {
  const options = makeHome()
  const app = createApp({ ...options, env: { ...options.env, SHOWRUNNER_DAILY_BUDGTE_USD: '2' } })
  onTestFinished(() => app.close())
  const on = { app, signal: new AbortController().signal, progress: () => {} }
  const misspelt = expect.arrayContaining([expect.stringContaining('SHOWRUNNER_DAILY_BUDGTE_USD')])
  const model = 'rehearsal/understudy'
  const text = generateText.input.parse({ prompt: 'Go.', model })
  expect(await generateText.run(text, on)).toMatchObject({ warnings: misspelt })
  expect((await generateText.run({ ...text, prompt: 'On.' }, on)).warnings).toBeUndefined()
  const script = developScript.input.parse({ source: 'INT. ROOM - DAY\n\nA lamp.\n' })
  expect(await developScript.run(script, on)).toMatchObject({ warnings: misspelt })
  for (let times = 0; times < 2; times++) {
    expect(await listModels.run(listModels.input.parse({}), on)).toMatchObject({ warnings: misspelt })
    expect(await usageReport.run({}, on)).toMatchObject({ warnings: misspelt })
  }
})
