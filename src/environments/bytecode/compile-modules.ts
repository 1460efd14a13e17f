import type { PlannedModule } from './plan-modules.ts';
import { type CourseOptions, runCourse } from './course.ts';

export interface CompileOptions extends Omit<CourseOptions, 'modules'> {
  readonly modules: readonly PlannedModule[];
  /** Told of a module that comes to nothing. */
  readonly fail: (module: PlannedModule, message: string) => void;
}

/** A wheel that makes the compiler fail this often is not worth another start. */
const maxStarts = 12;

/**
 * Compiles modules behind glass, one after the other in one process; where one of them ends that, the next are compiled by
 * another.
 *
 * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, CANCELLED; never for what the modules are.
 */
export async function compileModules({ modules, fail, ...options }: CompileOptions): Promise<void> {
  let next = 0;
  for (let start = 0; next < modules.length && start < maxStarts; start += 1) {
    const { done, message } = await runCourse({ ...options, fail, modules: modules.slice(next) });
    next += done;
    const guilty = modules[next];
    if (guilty === undefined) return;
    fail(guilty, message);
    next += 1;
  }
  for (const module of modules.slice(next)) fail(module, 'other modules of its wheel made the compiler fail too often');
}
