import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { OpenAI } from 'openai'
import { API_KEY, HEALTHY_MODEL, type OpenContestant, versionOf } from './contestant.ts'
import { askStreaming, askWhole } from './raw-sdk.ts'

/** Portkey's gateway in a process of its own, asked through the raw SDK; with fallback targets where a model fails. */
export const openPortkey: OpenContestant = async ({ origin, maxWaitMs, failingModels: failing }) => {
  const folder = join(import.meta.dirname, '../../bench/peers/node_modules/@portkey-ai/gateway')
  const port = await freePort()
  const env = { ...process.env, NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' }
  const gateway = spawn(process.execPath, [join(folder, 'build/start-server.js'), `--port=${port}`, '--headless'], {
    env,
    stdio: 'ignore',
  })
  process.once('exit', () => gateway.kill())
  process.once('SIGTERM', () => process.exit()) // a signal alone would leave the gateway behind
  const target = { provider: 'openai', api_key: API_KEY, custom_host: `${origin}/v1` }
  const config = (model: string) =>
    failing.includes(model)
      ? {
          strategy: { mode: 'fallback' },
          retry: { attempts: 2 },
          ...(maxWaitMs && { request_timeout: maxWaitMs }),
          targets: [target, { ...target, override_params: { model: HEALTHY_MODEL } }],
        }
      : target
  const clientOf = (model: string) =>
    new OpenAI({
      baseURL: `http://127.0.0.1:${port}/v1`,
      apiKey: API_KEY,
      maxRetries: 0, // the gateway retries
      fetch: onLiveConnection,
      defaultHeaders: { 'x-portkey-config': JSON.stringify(config(model)) },
      ...(maxWaitMs && { timeout: 6 * maxWaitMs }),
    })
  const clients = new Map([HEALTHY_MODEL, ...failing].map((model) => [model, clientOf(model)]))
  await waitUntilAnswering(() => askWhole(clientOf(HEALTHY_MODEL), HEALTHY_MODEL))
  return {
    version: versionOf('@portkey-ai/gateway', 'bench/peers'),
    ask(mode, model) {
      const client = clients.get(model) ?? clientOf(model)
      return mode === 'stream' ? askStreaming(client, model) : askWhole(client, model)
    },
  }
}

/** The gateway closes a connection that was idle for 5 s: a question that meets that moment is asked on another. */
async function onLiveConnection(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url, init)
    } catch (error) {
      if (init?.signal?.aborted || tries === 3) throw error
    }
  }
}

async function waitUntilAnswering(ask: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await ask()
      return
    } catch (error) {
      if (tries === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
