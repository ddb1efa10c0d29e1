/** Where a server is in its life. `leaving`: not ready any more, but it takes work for a while; `draining`: it takes none. */
export class ServerPhase {
  private phase: 'serving' | 'leaving' | 'draining' = 'serving';

  get saysReady(): boolean {
    return this.phase === 'serving';
  }

  get takesWork(): boolean {
    return this.phase !== 'draining';
  }

  leave(): void {
    if (this.phase === 'serving') this.phase = 'leaving';
  }

  drain(): void {
    this.phase = 'draining';
  }
}
