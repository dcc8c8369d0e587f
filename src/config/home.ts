import { isAbsolute } from 'node:path'

/**
 * The absolute path that a configured home means. No shell expands a client's settings, so `~`, `$HOME` and `${HOME}` at
 * its beginning are expanded here. A path that is relative after that would be another home in every working directory, with a
 * budget of its own; it is refused, as is a variable left in it.
 */
export function expandHome(
  value: string,
  userHome: string | undefined,
): { readonly home: string } | { readonly fault: string } {
  const prefix = /^(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%)(?=$|[\\/])/.exec(value)?.[0]
  if (prefix !== undefined && !userHome)
    return { fault: `begins with ${prefix}, and the home directory is not known: write an absolute path` }
  const home = prefix === undefined ? value : `${userHome}${value.slice(prefix.length)}`
  if (/\$\{|^\$|^%\w+%/.test(home))
    return { fault: 'has a variable in it that nothing fills in: write an absolute path, or begin it with ~' }
  if (!isAbsolute(home))
    return {
      fault:
        'is relative, which would be another place in every working directory: write an absolute path, or begin it with ~',
    }
  return { home }
}
