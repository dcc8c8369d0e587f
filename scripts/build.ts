import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build, type Plugin } from 'esbuild'

/**
 * Makes `dist/`: the server as one minified file that needs nothing beside it, the libraries, and their types.
 * The catalog goes in compressed, and is unpacked when it is first asked for.
 */
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

/** Runs before anything else of the server: an old Node gets one line instead of a stack trace. */
const VERSION_CHECK = `{const [M,m]=process.versions.node.split(".").map(Number);if(M<22||M===22&&m<13){process.stderr.write("showrunner: needs Node 22.13 or newer, and this is "+process.versions.node+": install a current Node from https://nodejs.org\\n");process.exit(1)}}`

/** `dotenv` is CommonJS and asks for its built-in modules through a `require`, which an ES module has to bring along. */
const REQUIRE = 'import{createRequire as $cr}from"node:module";const require=$cr(import.meta.url);'

const compressedCatalog: Plugin = {
  name: 'compressed-catalog',
  setup({ onLoad }) {
    onLoad({ filter: /catalog\.json$/ }, ({ path }) => {
      const packed = brotliCompressSync(readFileSync(path)).toString('base64')
      const contents = `import { brotliDecompressSync } from 'node:zlib'
export default JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString())`
      return { contents, loader: 'js' }
    })
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
  plugins: [compressedCatalog],
  logLevel: 'warning' as const,
} satisfies BuildOptions

const server = await build({
  ...shared,
  entryPoints: ['src/server.ts'],
  outfile: 'dist/server.js',
  banner: { js: `#!/usr/bin/env node\n${VERSION_CHECK}${REQUIRE}` },
})
const libraries = await build({
  ...shared,
  entryPoints: { index: 'src/index.ts', screenplay: 'src/screenplay/index.ts', planning: 'src/planning/index.ts' },
  outdir: 'dist',
  banner: { js: REQUIRE },
})

writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences([server.metafile, libraries.metafile]))
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})

/** The licence texts of every package that went into the bundles. */
function licences(metafiles: readonly { readonly inputs: Readonly<Record<string, unknown>> }[]): string {
  const files = metafiles.flatMap((metafile) => Object.keys(metafile.inputs))
  const packages = new Set(
    files.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter((path) => path !== undefined),
  )
  return [...packages]
    .sort()
    .map((path) => licence(join(root, path)))
    .join('\n\n')
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<
    Record<string, string>
  >
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((each) => join(folder, each))
    .find((path) => existsSync(path))
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, 'utf8').trim() : 'No licence file in the package.'}`
}
