import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/**
 * Keeps packages that are imported at first use out of the start: each is bundled on its own and goes into the one file
 * as a packed text, which is unpacked and compiled when it is first asked for. Parsed with the rest they would double the
 * time of a start, and their imports of Node's own modules would all be made at once.
 *
 * `packed` gets the metafile of each, for the licences.
 */
export function lazyPackages(shared: BuildOptions, metafiles: Metafile[]): Plugin {
  return {
    name: 'lazy-packages',
    setup({ onResolve, onLoad, resolve }) {
      onResolve(
        { filter: /^(openai|@anthropic-ai\/sdk|ajv|pdfkit)(\/|$)/ },
        async ({ kind, path, pluginData, resolveDir }) => {
          if (kind !== 'dynamic-import' || pluginData === INNER_RESOLVE) return undefined
          const found = await resolve(path, { kind, resolveDir, pluginData: INNER_RESOLVE })
          return { path, namespace: 'lazy', pluginData: found.path }
        },
      )
      onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path, pluginData }) => {
        const { outputFiles, metafile } = await build({
          ...shared,
          entryPoints: [String(pluginData)],
          format: 'cjs',
          metafile: true,
          write: false,
          outfile: 'lazy.js',
          // pdfkit reads its own location, to find files that it never needs here.
          define: { 'import.meta.url': '"file:///showrunner/"' },
          // Never called, because our fonts are not in the format that this reads; its dictionary is half of fontkit.
          alias: { 'brotli/decompress.js': 'node:zlib' },
        })
        metafiles.push(metafile)
        const source = outputFiles[0]?.text ?? ''
        return { contents: loaderSource(source, `showrunner/${path}`), loader: 'js' }
      })
    },
  }
}

const INNER_RESOLVE = 'lazy-packages'

/** Wraps a CommonJS file as Node does: a function around its text with `module`, `exports` and `require`. */
function loaderSource(source: string, filename: string): string {
  return `
const { compileFunction, constants } = require('node:vm')
const { brotliDecompressSync } = require('node:zlib')
const source = brotliDecompressSync(Buffer.from('${brotliCompressSync(source).toString('base64')}', 'base64')).toString()
const options = { filename: ${JSON.stringify(filename)}, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }
const run = compileFunction(source, ['module', 'exports', 'require'], options)
const made = { exports: {} }
run(made, made.exports, require)
module.exports = made.exports`
}
