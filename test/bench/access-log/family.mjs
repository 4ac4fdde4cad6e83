/** The CPU time of a server with all its processes: of those that run, and of those it has outlived. */
import { readFileSync, readdirSync } from 'node:fs';
import { cpuSeconds, endedChildrenCpuSeconds } from '../gateway/kernel.mjs';

export const parentOf = (pid) => Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

export function familyCpuSeconds(parent) {
  let seconds = cpuSeconds(parent) + endedChildrenCpuSeconds(parent);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (parentOf(name) === parent) seconds += cpuSeconds(name);
    } catch {
      // ended meanwhile: counted with its parent the next time
    }
  }
  return seconds;
}
