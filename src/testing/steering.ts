// Whether writes for a namespace go through now: they wait until a test says how they end. It knows no cluster.

/** `held`: they wait; `going`: they succeed; an error: they fail with it. */
export type Course = 'held' | 'going' | Error;

export class Steering {
  readonly #usual: Course;
  readonly #courses = new Map<string, Course>();
  readonly #looks = new Set<() => void>();

  constructor(usual: Course) {
    this.#usual = usual;
  }

  steer(name: string, course: Course): void {
    this.#courses.set(name, course);
    for (const look of [...this.#looks]) look();
  }

  /** Back to what it was before anybody steered. */
  release(name: string): void {
    this.steer(name, this.#usual);
  }

  async pass(name: string, signal: AbortSignal | undefined): Promise<void> {
    while (this.#courseOf(name) === 'held') {
      signal?.throwIfAborted();
      await this.#change(signal);
    }
    const course = this.#courseOf(name);
    if (course instanceof Error) throw course;
  }

  #courseOf(name: string): Course {
    return this.#courses.get(name) ?? this.#usual;
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#looks.delete(look);
        signal?.removeEventListener('abort', look);
        resolve();
      };
      this.#looks.add(look);
      signal?.addEventListener('abort', look);
    });
  }
}
