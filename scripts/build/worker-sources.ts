import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { builtinModules } from './builtin-modules.ts'

/**
 * Puts the program of a worker thread into the one file as compressed text. A file `x-worker-source.ts` exports
 * `workerSource`, and the program is `x-worker.ts` beside it.
 *
 * `metafiles` gets the metafile of each, for the licences.
 */
export function workerSources(shared: BuildOptions, metafiles: Metafile[]): Plugin {
  return {
    name: 'worker-sources',
    setup({ onLoad }) {
      onLoad({ filter: /-worker-source\.ts$/ }, async ({ path }) => {
        const { outputFiles, metafile } = await build({
          ...shared,
          plugins: [builtinModules],
          entryPoints: [path.replace(/-source\.ts$/, '.ts')],
          format: 'cjs',
          metafile: true,
          write: false,
          outfile: join('dist', 'worker.js'),
        })
        metafiles.push(metafile)
        const packed = brotliCompressSync(outputFiles[0]?.text ?? '').toString('base64')
        return {
          contents: `export const workerSource = () => {
  const { brotliDecompressSync } = process.getBuiltinModule('node:zlib')
  return { code: brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString() }
}`,
          loader: 'js',
        }
      })
    },
  }
}
