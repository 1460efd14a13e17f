export type { BuiltWheel } from './built-wheels.ts';
export type { BuildLimits } from './limits.ts';
export {
  type BuildProgress,
  type BuildPython,
  type BuildRequest,
  type BuildResult,
  SourceBuilder,
  type SourceBuilderOptions,
  type ToolPlanRequest,
} from './source-builder.ts';
