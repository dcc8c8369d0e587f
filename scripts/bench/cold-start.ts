import { spawn } from 'node:child_process'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Starts of each server, taken in turns so that the machine's moods fall on both alike. */
const STARTS = 21
const root = join(import.meta.dirname, '../..')

/** The smallest useful server on the same SDK: one tool, one file, bundled and minified the same way. */
const MINIMAL = `
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
serveStdio(() => {
  const server = new McpServer({ name: 'minimal', version: '1.0.0' })
  server.registerTool('echo', { description: 'Echo.', inputSchema: z.object({ text: z.string() }) }, async ({ text }) => ({ content: [{ type: 'text', text }] }))
  return server
})`

/** From spawn to the answer to `initialize`: the built server against a minimal one. A Markdown table. */
export async function coldStartBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-bench-'))
  const minimal = join(folder, 'minimal.mjs')
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  await build({
    stdin: { contents: MINIMAL, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    outfile: minimal,
  })
  const ours = join(root, 'dist/server.js')
  const times = { ours: [] as number[], minimal: [] as number[] }
  for (let start = 0; start < STARTS; start++) {
    times.minimal.push(await measureStartMs(minimal, folder))
    times.ours.push(await measureStartMs(ours, folder))
  }
  const [p50, base] = [median(times.ours), median(times.minimal)]
  return [
    '| cold start, spawn to `initialize` answer | p50 ms | file kB |',
    '| --- | ---: | ---: |',
    `| minimal server on the same SDK | ${base.toFixed(0)} | ${kilobytes(minimal)} |`,
    `| Showrunner | ${p50.toFixed(0)} (${(p50 / base).toFixed(2)} times) | ${kilobytes(ours)} |`,
    '',
  ].join('\n')
}

function measureStartMs(file: string, cwd: string): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [file], { cwd, env: { HOME: cwd }, stdio: ['pipe', 'pipe', 'inherit'] })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } }
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.stdout.once('data', () => {
      const took = performance.now() - began
      child.once('exit', () => resolve(took))
      child.stdin.end()
      child.kill()
    })
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function kilobytes(file: string): number {
  return Math.round(statSync(file).size / 1000)
}
