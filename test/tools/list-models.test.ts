import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createShowrunner, type Showrunner } from '../../src/index.ts'
import { realWorld } from '../../src/world.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** A vendor that answers `GET /models` with these ids, or with this status, and refuses every other request's key. */
async function vendor(answer: readonly string[] | number): Promise<string> {
  const server: Server = createServer(({ method }, response) => {
    const status = typeof answer === 'number' ? answer : 200
    response.writeHead(method === 'POST' ? 401 : status, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(
        typeof answer === 'number'
          ? { error: { message: 'no' } }
          : { object: 'list', data: answer.map((id) => ({ id, object: 'model' })) },
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

function showrunner(env: Readonly<Record<string, string>>, config: object = {}): Showrunner {
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-list-'))
  writeFileSync(join(cwd, 'showrunner.json'), JSON.stringify(config))
  const one = createShowrunner({ env: { SHOWRUNNER_HOME: cwd, ...env }, cwd, world: { ...realWorld(), log() {} } })
  open.push(one)
  return one
}

describe('list_models', () => {
  test('with verify, tells a refused key from a dead network, and shows what a key can really see', async () => {
    const env = {
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: await vendor(['gpt-4o', 'gpt-7-unheard-of']),
      GROQ_API_KEY: 'k',
      GROQ_BASE_URL: await vendor(401),
      MISTRAL_API_KEY: 'k',
      MISTRAL_BASE_URL: 'http://127.0.0.1:9/v1',
    }
    const { providers, models, total } = await showrunner(env).listModels({ verify: true, limit: 50 })
    const status = Object.fromEntries(providers.map(({ id, status }) => [id, status]))
    expect(status).toMatchObject({ openai: 'ready', groq: 'no_key', mistral: 'unreachable', rehearsal: 'ready' })
    expect(providers.find(({ id }) => id === 'groq')?.fix).toMatch(/GROQ_API_KEY/)
    expect(models.filter(({ provider }) => provider === 'openai').map(({ id, price }) => [id, price !== null])).toEqual(
      [
        ['openai/gpt-4o', true],
        ['openai/gpt-7-unheard-of', false],
      ],
    )
    expect(total).toBe(models.length)
  })

  test('with verify, ends the cooldown of a key that works now', async () => {
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: await vendor(['gpt-4o']) }
    const one = showrunner(env)
    await expect(one.generateText({ prompt: 'x', model: 'openai/gpt-4o' })).rejects.toThrow()
    const status = async (verify: boolean) =>
      (await one.listModels({ provider: 'openai', query: 'gpt-4o', verify })).models.find(
        ({ id }) => id === 'openai/gpt-4o',
      )?.status
    expect(await status(false)).toBe('cooling_down')
    expect(await status(true)).toBe('ready')
    expect(await status(false)).toBe('ready')
  })

  test('finds by words and by ability, and names aliases', async () => {
    const one = showrunner({ OPENAI_API_KEY: 'k' }, { models: { quick: ['openai/gpt-5-mini'] } })
    const { models } = await one.listModels({ query: 'gpt 5 mini', limit: 50 })
    expect(models.find(({ id }) => id === 'openai/gpt-5-mini')).toMatchObject({ aliases: ['quick'], status: 'ready' })
    expect(models.every(({ id }) => id.includes('mini'))).toBe(true)
    const seeing = await one.listModels({ capability: 'images', limit: 50 })
    expect(seeing.models.every(({ capabilities }) => capabilities.includes('images'))).toBe(true)
  })

  test('shows a model under a used-up budget as such, and what costs nothing as ready', async () => {
    const one = showrunner({ OPENAI_API_KEY: 'k' }, { budgets: [{ per: 'day', usd: 0 }] })
    const { models, default_model } = await one.listModels({ limit: 50 })
    expect(models.find(({ id }) => id === default_model)).toMatchObject({ provider: 'openai', status: 'over_budget' })
    expect(models[0]).toMatchObject({ id: 'rehearsal/understudy', status: 'ready' })
  })

  test('without a key has no default model, and names the variable of each provider', async () => {
    const one = showrunner({})
    expect(await one.listModels({ provider: 'openai' })).toMatchObject({
      default_model: null,
      models: expect.arrayContaining([expect.objectContaining({ status: 'no_key' })]),
      providers: [{ id: 'openai', status: 'no_key', fix: 'Set OPENAI_API_KEY.' }],
    })
  })
})
