import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { builtinModules } from './build/builtin-modules.ts'
import { lazyPackages } from './build/lazy-packages.ts'
import { collectLicences } from './build/licences.ts'
import { workerSources } from './build/worker-sources.ts'

/**
 * Makes `dist/`: the server as one minified file that needs nothing beside it, the libraries, and their types.
 * The catalog goes in compressed, and is unpacked when it is first asked for.
 */
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/**
 * `src/node-version.ts` runs before anything else of the server: an old Node gets one line instead of a stack trace. Its
 * syntax must be one that an old Node reads, as must that of the whole file, which is parsed before it runs.
 */
async function versionCheck(): Promise<string> {
  const { outputFiles } = await build({
    ...shared,
    entryPoints: ['src/node-version.ts'],
    format: 'iife',
    target: 'es2019',
    metafile: false,
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/** `dotenv` is CommonJS and asks for its built-in modules through a `require`, which an ES module has to bring along. */
const REQUIRE = 'const require=process.getBuiltinModule("node:module").createRequire(import.meta.url);'

const compressedCatalog: Plugin = {
  name: 'compressed-catalog',
  setup({ onLoad }) {
    onLoad({ filter: /catalog\.json$/ }, ({ path }) => {
      const packed = brotliCompressSync(readFileSync(path)).toString('base64')
      const contents = `const { brotliDecompressSync } = require('node:zlib')
module.exports = JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString())`
      return { contents, loader: 'js' }
    })
  },
}
/** zod bundles its messages in fifty languages, and the server only uses English. */
const englishOnly: Plugin = {
  name: 'one-language',
  setup({ onLoad }) {
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: `export { default as en } from './en.js'` }))
  },
}

rmSync(dist, { recursive: true, force: true })
const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node' as const,
  format: 'esm' as const,
  target: 'node22',
  legalComments: 'none' as const,
  metafile: true as const,
  logLevel: 'warning' as const,
} satisfies BuildOptions
const lazyMetafiles: Metafile[] = []
const plugins = [
  ...[compressedCatalog, englishOnly, builtinModules],
  ...[lazyPackages(shared, lazyMetafiles), workerSources(shared, lazyMetafiles)],
]

const server = await build({
  ...shared,
  plugins,
  entryPoints: ['src/server.ts'],
  outfile: 'dist/server.js',
  banner: { js: `#!/usr/bin/env node\n${await versionCheck()}${REQUIRE}` },
})
const libraries = await build({
  ...shared,
  plugins,
  entryPoints: { index: 'src/index.ts', screenplay: 'src/screenplay/index.ts', planning: 'src/planning/index.ts' },
  outdir: 'dist',
  banner: { js: REQUIRE },
})

writeFileSync(
  join(dist, 'THIRD-PARTY-LICENSES.txt'),
  collectLicences(root, [server.metafile, libraries.metafile, ...lazyMetafiles]),
)
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
