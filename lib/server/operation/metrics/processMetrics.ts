import { cpus, freemem, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metric } from './exposition';

const percentiles = [50, 90, 99, 100];

/** Of the timer that tells how late the event loop is. Node counts from tick to tick, and so this time as well. */
const tickMs = 10;

/** The machine and this process, the delays of the event loop since it was asked last among it. */
export class ProcessMetrics {
  private readonly delays = monitorEventLoopDelay({ resolution: tickMs });
  private before = busyAndIdle();

  constructor() {
    this.delays.enable();
  }

  metrics(): Metric[] {
    const { user, system } = process.cpuUsage();
    const gauge = (name: string, help: string, value: number): Metric => ({
      name,
      help,
      type: 'gauge',
      samples: [{ labels: {}, value }],
    });
    const metrics: Metric[] = [
      gauge(
        'nv_cpu_utilization',
        'Share of the time that the processors worked since this was asked last.',
        this.utilization(),
      ),
      gauge('nv_cpu_memory_total_bytes', 'Memory of the machine.', totalmem()),
      gauge('nv_cpu_memory_used_bytes', 'Memory of the machine in use.', totalmem() - freemem()),
      gauge('process_resident_memory_bytes', 'Memory of this process.', process.memoryUsage.rss()),
      {
        name: 'process_cpu_seconds_total',
        help: 'Time that this process worked.',
        type: 'counter',
        samples: [{ labels: {}, value: (user + system) / 1e6 }],
      },
      {
        name: 'kinetorch_event_loop_delay_seconds',
        help: 'How late the event loop was since this was asked last, by percentile.',
        type: 'gauge',
        samples: percentiles.map((percentile) => ({
          labels: { percentile },
          value: Math.max(0, this.delays.percentile(percentile) / 1e9 - tickMs / 1e3),
        })),
      },
    ];
    this.delays.reset();
    return metrics;
  }

  stop(): void {
    this.delays.disable();
  }

  private utilization(): number {
    const now = busyAndIdle();
    const busy = now.busy - this.before.busy;
    const all = busy + now.idle - this.before.idle;
    this.before = now;
    return all === 0 ? 0 : busy / all;
  }
}

function busyAndIdle(): { busy: number; idle: number } {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, idle };
}
