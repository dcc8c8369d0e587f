import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLIENT_VERSIONS, connect, runToCompletion, type TestClient } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'

/** The whole program, built, over stdio, with clients of both generations and both protocol eras. */
describe.each(CLIENT_VERSIONS)('with the client %s', (generation) => {
  let vendor: FakeVendor
  let client: TestClient

  beforeAll(async () => {
    vendor = await startFakeVendor(({ body }) =>
      JSON.stringify(body).includes('SLOW')
        ? { text: 'a slow answer, word by word', chunkMs: 150 }
        : { text: 'Good evening from upstream.' },
    )
    client = await connect(generation, { env: { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: `${vendor.origin}/v1` } })
  })

  afterAll(async () => {
    await client.close()
    await vendor.close()
  })

  test('list_models shows what is ready, and what everything else needs', async () => {
    const { structured, text } = await client.call('list_models', { limit: 3 })
    expect(structured['models']).toHaveLength(3)
    expect(structured['default_model']).toMatch(/^openai\//)
    expect(text).toContain(String(structured['default_model']))
    const all = await client.call('list_models', { available_only: false, limit: 1 })
    const providers = all.structured['providers'] as { id: string; status: string; fix?: string }[]
    expect(providers.find((provider) => provider.id === 'anthropic')).toMatchObject({
      status: 'no_key',
      fix: 'Set ANTHROPIC_API_KEY.',
    })
  })

  test('generate_text answers, and shows the end of the text as it streams in progress that always rises', async () => {
    const steps: { progress: number; message?: string | undefined }[] = []
    const { structured, text, isError } = await client.call(
      'generate_text',
      { prompt: 'SLOW please', model: 'openai/gpt-4o' },
      { onprogress: (progress) => steps.push(progress) },
    )
    expect(isError).toBe(false)
    expect(structured).toMatchObject({
      text: 'a slow answer, word by word',
      model: 'openai/gpt-4o',
      finish_reason: 'stop',
      conversation_id: null,
    })
    expect(text).toContain('a slow answer, word by word')
    expect(steps.map((step) => step.message)).toContain('a slow answer, word by word (27 characters)')
    expect(steps.every((step) => Number.isInteger(step.progress))).toBe(true)
    expect(steps.every((step, at) => at === 0 || step.progress > (steps[at - 1]?.progress ?? 0))).toBe(true)
  })

  test('cancelling aborts the upstream request at once and books what was spent', async () => {
    const stop = new AbortController()
    const call = client.call(
      'generate_text',
      { prompt: 'SLOW, then never mind', model: 'openai/gpt-4o' },
      { signal: stop.signal },
    )
    const request = await until(() =>
      vendor.requests.find((asked) => JSON.stringify(asked.body).includes('never mind')),
    )
    stop.abort()
    await expect(call).rejects.toThrow()
    await until(() => request.disconnected)
    const report = await until(async () => {
      const { periods } = JSON.parse((await client.read('usage://report/today')).text)
      return periods.today.failures > 0 ? periods.today : undefined
    })
    expect(report).toMatchObject({ failures: 1, estimated_attempts: 1 })
    expect(report.by.model[0]).toMatchObject({ key: 'openai/gpt-4o' })
  })

  test('a conversation goes on where it stopped', async () => {
    await client.call('generate_text', { prompt: 'My name is Mara.', model: 'openai/gpt-4o', conversation_id: 'talk' })
    const { structured } = await client.call('generate_text', {
      prompt: 'What is it?',
      model: 'openai/gpt-4o',
      conversation_id: 'talk',
    })
    expect(structured['conversation_id']).toBe('talk')
    expect(JSON.stringify(vendor.requests.at(-1)?.body)).toMatch(
      /My name is Mara.*Good evening from upstream.*What is it/,
    )
  })

  test('bad input gets an error that says how to correct it', async () => {
    const wrong = await client.call('generate_text', { prompt: 'x', model: 'openai/gpt-4p' })
    expect(wrong).toMatchObject({
      isError: true,
      text: expect.stringMatching(/There is no model openai\/gpt-4p.*openai\/gpt-4/),
    })
    const empty = await client.call('generate_text', {})
    expect(empty).toMatchObject({ isError: true, text: expect.stringContaining('give `prompt`') })
    const unready = await client.call('generate_text', { prompt: 'x', model: 'anthropic/claude-sonnet-5' })
    expect(unready).toMatchObject({ isError: true, text: expect.stringContaining('ANTHROPIC_API_KEY') })
  })

  test('a screenplay and its plan come out of jobs, and can be read as resources', async () => {
    const script = await runToCompletion(client, 'develop_script', {
      concept: 'A lamp, a storm, one match.',
      format: 'scene',
      target_pages: 1,
      model: 'rehearsal/understudy',
    })
    expect(script).toMatchObject({ status: 'complete', cost_usd: 0 })
    const fountain = await client.read(`script://${script['script_id']}/fountain`)
    expect(fountain).toEqual({ mimeType: 'text/vnd.fountain', text: script['fountain'] })
    const scene = await client.read(`script://${script['script_id']}/scene/1`)
    expect(scene.mimeType).toBe('text/vnd.fountain')
    expect(fountain.text).toContain(scene.text.trim().split('\n').slice(0, 5).join('\n'))
    await expect(client.read(`script://${script['script_id']}/scene/99`)).rejects.toThrow(/not found/i)
    const plan = await runToCompletion(client, 'plan_tasks', {
      script_id: script['script_id'],
      detail: 'outline',
      model: 'rehearsal/understudy',
    })
    expect(plan['status']).toBe('complete')
    for (const format of ['json', 'md', 'mermaid', 'csv', 'ics']) {
      expect((await client.read(`plan://${plan['plan_id']}/${format}`)).text.length).toBeGreaterThan(100)
    }
    expect((await client.resources()).map((resource) => resource.uri)).toEqual(
      expect.arrayContaining([
        'usage://report',
        'models://catalog',
        'limits://status',
        `script://${script['script_id']}`,
        `plan://${plan['plan_id']}`,
      ]),
    )
    const ids = await client.complete(
      { type: 'ref/resource', uri: 'script://{script_id}' },
      'script_id',
      String(script['script_id']).slice(0, 3),
    )
    expect(ids).toContain(script['script_id'])
  })

  test("a person's own script is taken as it is, and can be had in every format", async () => {
    const source = 'Title: Low Water\nAuthor: Ada Quill\n\nINT. LAMP ROOM - NIGHT\n\nMARA waits.\n\nMARA\nNo.\n'
    const { structured } = await client.call('develop_script', { source })
    expect(structured).toMatchObject({ status: 'complete', title: 'Low Water', calls: 0, fountain: source })
    const uri = `script://${structured['script_id']}`
    const formats = { fountain: 'text/vnd.fountain', fdx: 'application/xml', html: 'text/html', pdf: 'application/pdf' }
    for (const [format, mimeType] of Object.entries(formats)) {
      const resource = await client.read(`${uri}/${format}`)
      expect(resource.mimeType).toBe(mimeType)
      if (format !== 'pdf') expect(resource.text).toContain('LAMP ROOM')
    }
    const files = structured['files'] as readonly string[]
    expect(files.map((file) => basename(file))).toEqual(['script.fountain', 'script.fdx', 'script.pdf', 'script.html'])
    expect(basename(dirname(files[0] ?? ''))).toBe(`low-water-${structured['script_id']}`)
    expect(readFileSync(files[0] ?? '', 'utf8')).toBe(source)
    expect(readFileSync(files[2] ?? '', 'latin1')).toMatch(/^%PDF/)
    expect(structured['next']).toContain(dirname(files[0] ?? ''))
    const scene = await client.call('develop_script', { script_id: structured['script_id'], scene: 1 })
    expect(scene.structured).toMatchObject({ fountain: expect.stringContaining('MARA waits.'), next: 'Scene 1 of 1.' })
    const missing = await client.call('develop_script', { script_id: structured['script_id'], scene: 2 })
    expect(missing).toMatchObject({ isError: true, text: expect.stringContaining('no scene 2') })
    const refused = await client.call('develop_script', { source: 'Dear Sir.' })
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('no scene heading') })
  })

  test('a change is announced where the client subscribed', async () => {
    const heard: string[] = []
    await client.watch('usage://report', (uri) => heard.push(uri))
    await client.call('generate_text', { prompt: 'hello', model: 'openai/gpt-4o' })
    await until(() => heard.includes('usage://report'))
  })

  test('every template, static resource, prompt and completion answers', async () => {
    expect((await client.templates()).map((template) => template.uriTemplate).sort()).toEqual([
      'answer://{call_id}',
      'plan://{plan_id}',
      'plan://{plan_id}/{format}',
      'script://{script_id}',
      'script://{script_id}/scene/{number}',
      'script://{script_id}/{format}',
      'usage://calls/{call_id}',
      'usage://report/{period}',
    ])
    for (const uri of ['usage://report', 'models://catalog', 'limits://status', 'usage://report/7d']) {
      expect(JSON.parse((await client.read(uri)).text)).toBeTypeOf('object')
    }
    const [callId] = await client.complete({ type: 'ref/resource', uri: 'usage://calls/{call_id}' }, 'call_id', '')
    expect(JSON.parse((await client.read(`usage://calls/${callId}`)).text)).toMatchObject({
      call_id: callId,
      attempts: expect.any(Array),
    })
    await expect(client.read('script://no-such-script')).rejects.toThrow(/not found/i)
    await expect(client.read('usage://report/whenever')).rejects.toThrow(/not found/i)
    expect(await client.complete({ type: 'ref/resource', uri: 'usage://report/{period}' }, 'period', 't')).toEqual([
      'today',
    ])
    expect(await client.prompts()).toEqual(['write_screenplay', 'plan_production', 'second_opinion'])
    expect(await client.complete({ type: 'ref/prompt', name: 'write_screenplay' }, 'format', 's')).toEqual([
      'scene',
      'short',
    ])
    expect(await client.prompt('write_screenplay', { concept: 'A storm', format: 'short' })).toContain('A storm')
    expect(await client.prompt('plan_production', { goal_or_script_id: 'Move house' })).toContain('Move house')
    expect(await client.prompt('second_opinion', { question: 'Why?' })).toContain('Why?')
  })

  test('usage_report says in a sentence what was spent', async () => {
    const { structured, text } = await client.call('usage_report', { period: 'today' })
    expect(structured['summary']).toMatch(/^Spent: today \$0\.\d+ in \d+ calls?\. .*No budget is set/)
    // The call that was cancelled may still be billed.
    expect(structured['summary']).toMatch(/Vendors may still bill \$0\.\d+/)
    expect(text.startsWith(String(structured['summary']))).toBe(true)
  })
})

/** Waits for something another process does: asks again every few milliseconds, for five seconds at most. */
async function until<T>(ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (let tries = 0; tries < 250; tries++) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`waited in vain for ${ask}`)
}

test.each(CLIENT_VERSIONS)('with the client %s, reading and listing creates no file', async (generation) => {
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-nothing-'))
  const client = await connect(generation, { cwd })
  try {
    const uris = (await client.resources()).map(({ uri }) => uri)
    expect(uris).toEqual(expect.arrayContaining(['usage://report', 'models://catalog', 'limits://status']))
    for (const uri of uris) expect(JSON.parse((await client.read(uri)).text)).toBeTypeOf('object')
    for (const uri of [
      'script://none',
      'plan://none/md',
      'usage://calls/none',
      'answer://none',
      'script://none/scene/1',
    ])
      await expect(client.read(uri), uri).rejects.toThrow(/not found/i)
    for (const [uri, name] of [
      ['script://{script_id}', 'script_id'],
      ['plan://{plan_id}', 'plan_id'],
      ['usage://calls/{call_id}', 'call_id'],
      ['answer://{call_id}', 'call_id'],
    ] as const)
      expect(await client.complete({ type: 'ref/resource', uri }, name, '')).toEqual([])
    expect((await client.call('usage_report', {})).isError).toBe(false)
    expect((await client.call('list_models', {})).isError).toBe(false)
    expect((await client.call('develop_script', { script_id: 'none' })).isError).toBe(true)
    expect(readdirSync(cwd)).toEqual([])
  } finally {
    await client.close()
  }
})
