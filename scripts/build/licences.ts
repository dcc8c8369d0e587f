import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The licence texts of every package that went into the bundles, and the notices of the catalog's sources. */
export function collectLicences(
  root: string,
  metafiles: readonly { readonly inputs: Readonly<Record<string, unknown>> }[],
): string {
  const files = metafiles
    .flatMap((metafile) => Object.keys(metafile.inputs))
    .filter((file) => !/^(?:lazy|builtin):/.test(file))
  const packages = new Set(
    files.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter((path) => path !== undefined),
  )
  return [...[...packages].sort().map((path) => licenceText(join(root, path))), CATALOG_NOTICE()].join('\n\n')
}

/** Fails where a package has no licence file and another licence than MIT. */
function licenceText(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>
  const heading = `${manifest['name']} ${manifest['version']} (${manifest['license']})`
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE']
    .map((each) => join(folder, each))
    .find((path) => existsSync(path))
  if (file) return `${heading}\n\n${readFileSync(file, 'utf8').trim()}`
  if (manifest['license'] !== 'MIT') throw new Error(`${heading} has no licence file: add its notice to scripts/build.`)
  const holder =
    COPYRIGHT_HOLDERS[String(manifest['name'])] ??
    `Copyright (c) the authors of ${manifest['name']} (${homeOf(manifest)})`
  return `${heading}\n\n${mitLicence(holder)}`
}

function homeOf({ homepage, repository, author }: Readonly<Record<string, unknown>>): string {
  return (
    [homepage, repository, author].find((one) => typeof one === 'string') ?? JSON.stringify(repository ?? author ?? '')
  )
}

/** MIT packages that come without a licence file; the holders are those of their repositories and manifests. */
const COPYRIGHT_HOLDERS: Readonly<Record<string, string>> = {
  'base64-js': 'Copyright (c) 2014 Jameson Little',
  dfa: 'Copyright (c) Devon Govett',
  fontkit: 'Copyright (c) Devon Govett',
  'tiny-inflate': 'Copyright (c) 2015-present Devon Govett',
}

/** `catalog.json` is made from these lists: https://github.com/sst/models.dev and https://github.com/BerriAI/litellm are MIT. */
const CATALOG_NOTICE =
  (): string => `Model catalog: facts and prices from models.dev, LiteLLM and OpenRouter's public model list

models.dev (MIT)

${mitLicence('Copyright (c) 2025 models.dev')}

LiteLLM, model_prices_and_context_window.json (MIT)

${mitLicence('Copyright (c) 2023 Berri AI')}`

function mitLicence(holder: string): string {
  return `MIT License

${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
}
