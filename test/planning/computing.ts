/** What a function gives, and the milliseconds of computing that it took: other tests and programs run at the same time. */
export function computing<T>(act: () => T): { readonly value: T; readonly ms: number } {
  const began = process.cpuUsage()
  const value = act()
  return { value, ms: process.cpuUsage(began).user / 1000 }
}
