import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../support/clients.ts'
import { startFakeVendor, type VendorResponse } from '../support/fake-vendor.ts'

/** Keys and prose that must turn up nowhere; each in the place where it would be found. */
const KEYS = {
  OPENAI_API_KEY: 'sk-planted-openai-1f9c',
  ANTHROPIC_API_KEY: 'sk-ant-planted-2e8d',
  GROQ_API_KEY: 'gsk-planted-3d7b',
}
const PROSE = 'the planted prose of a private diary'
const IN_FILE = 'planted-key-in-a-config-file-77aa'

/** Upstreams that give everything back: the key in an error's text, in a header, in the answer's own words. */
const PLAYS: readonly VendorResponse[] = [
  {
    status: 401,
    error: {
      error: {
        message: `Incorrect API key provided: ${KEYS.OPENAI_API_KEY}`,
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    },
  },
  { status: 400, error: { error: { message: `bad ${KEYS.OPENAI_API_KEY} ${PROSE}`, param: KEYS.OPENAI_API_KEY } } },
  { status: 500, headers: { 'x-echo': KEYS.GROQ_API_KEY }, error: { error: { message: PROSE } } },
  { text: 'fine' },
]

test('planted keys and prose occur in no result, log, file or error', async () => {
  let play = 0
  const vendor = await startFakeVendor(() => PLAYS[play] ?? { text: '' })
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-secrets-'))
  writeFileSync(
    join(cwd, 'showrunner.json'),
    JSON.stringify({ providers: { lab: { base_url: `${vendor.origin}/v1`, api_key: IN_FILE, models: ['m'] } } }),
  )
  const client = await connect('1.x', {
    cwd,
    env: {
      ...KEYS,
      OPENAI_BASE_URL: `${vendor.origin}/v1`,
      ANTHROPIC_BASE_URL: vendor.origin,
      GROQ_BASE_URL: `${vendor.origin}/v1`,
      OPENAI_LOG: 'debug',
      ANTHROPIC_LOG: 'debug',
    },
  })
  const said: string[] = []
  for (play = 0; play < PLAYS.length; play++) {
    for (const model of ['openai/gpt-4o', 'anthropic/claude-sonnet-4-5', 'groq/llama-3.3-70b-versatile', 'lab/m']) {
      said.push(JSON.stringify(await client.call('generate_text', { prompt: PROSE, model })))
    }
  }
  said.push(JSON.stringify(await client.call('list_models', { available_only: false, verify: true, limit: 50 })))
  for (const uri of ['usage://report', 'models://catalog', 'limits://status']) said.push((await client.read(uri)).text)
  await client.close()
  await vendor.close()
  const sent = JSON.stringify(vendor.requests.map(({ headers, body }) => ({ headers, body })))
  for (const secret of [...Object.values(KEYS), IN_FILE, PROSE]) {
    expect(sent, 'it must have been there to be found').toContain(secret)
    const places = [
      said.join('\n'),
      client.stderr(),
      ...filesUnder(join(cwd, 'home')).map((file) => readFileSync(file, 'latin1')),
    ]
    expect(places.filter((place) => place.includes(secret))).toEqual([])
  }
})

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesUnder(path) : [path]
  })
}
