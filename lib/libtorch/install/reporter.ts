import { SingleBar } from 'cli-progress';

/** Where an installation says what it does. */
export interface InstallReporter {
  /** One line for a person. */
  message(text: string): void;
  /** Bytes unpacked so far and in all. */
  progress(done: number, total: number): void;
  /** No more progress comes. */
  finish(): void;
}

const megabyte = 1e6;

/** Writes to a stream: a bar on a terminal, plain lines at each quarter elsewhere. */
export function consoleReporter(stream: NodeJS.WriteStream = process.stderr): InstallReporter {
  const message = (text: string) => void stream.write(`${text}\n`);
  return stream.isTTY ? barReporter(stream, message) : lineReporter(message);
}

function barReporter(stream: NodeJS.WriteStream, message: (text: string) => void): InstallReporter {
  let bar: SingleBar | null = null;
  return {
    message,
    progress(done, total) {
      if (bar === null) {
        const format = '  unpacking [{bar}] {percentage}% · {value}/{total} MB';
        bar = new SingleBar({ format, stream, barCompleteChar: '━', barIncompleteChar: ' ', hideCursor: true });
        bar.start(Math.round(total / megabyte), 0);
      }
      bar.update(Math.round(done / megabyte));
    },
    finish() {
      bar?.stop();
      bar = null;
    },
  };
}

function lineReporter(message: (text: string) => void): InstallReporter {
  let quarter = 0;
  return {
    message,
    progress(done, total) {
      const now = Math.floor((4 * done) / Math.max(total, 1));
      if (now > quarter) message(`  unpacked ${now * 25}% of ${Math.round(total / megabyte)} MB`);
      quarter = Math.max(quarter, now);
    },
    finish() {},
  };
}
