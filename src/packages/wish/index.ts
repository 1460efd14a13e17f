export { findContradictions } from './contradictions.ts';
export { evaluateMarker, type MarkerEnvironment } from './evaluate-marker.ts';
export { digestWish, formatRequirement, formatWish } from './format-wish.ts';
export { formatMarker, type Marker } from './marker.ts';
export { markerEnvironment, type MarkerTarget } from './marker-environment.ts';
export { parseMarker, type MarkerPlace, type MarkerReading } from './parse-marker.ts';
export { readArguments } from './read-arguments.ts';
export { type PyprojectOptions, readPyproject } from './read-pyproject.ts';
export { readRequirement, type RequirementReading, type RequirementText } from './read-requirement.ts';
export { readRequirementsText } from './read-requirements-text.ts';
export { readScript } from './read-script.ts';
export { maxWishBytes } from './read-text.ts';
export { readWanted } from './read-wanted.ts';
export {
  formatWishProblem,
  type WishProblem,
  type WishReading,
  type WishRequirement,
  type WishSource,
} from './wish-requirement.ts';
export { requirePython } from './require-python.ts';
