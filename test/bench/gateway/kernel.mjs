/** What Linux knows of processes: the cores one may use, the CPU time it had, the memory it holds. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

if (process.platform !== 'linux') throw new Error('This benchmark needs Linux: it reads CPU and memory from /proc.');

/** The cores this process may use. */
function allowedCores() {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** A core for who is measured, and another for load and subgraphs; nobody is pinned where that cannot be had. */
export function placement() {
  const cores = allowedCores();
  const canPin = spawnSync('taskset', ['--version']).status === 0;
  return cores.length > 1 && canPin ? { measured: cores.at(-1), others: cores[0] } : { measured: null, others: null };
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** User and system time of all threads so far. In steps of a tick (10 ms), so measure over seconds. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may have spaces; proc(5), from state
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export const residentBytes = (pid) =>
  Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** The same of its children that have ended and were waited for. */
export function endedChildrenCpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
