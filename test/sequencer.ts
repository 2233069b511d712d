import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest comes first, or it runs at the end with nothing beside it. Without a cache, files come by size, and these are small. */
const longest = ['simulation/simulation', 'crash/', 'rules/agreement', 'migrations', 'change-control-screen'];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.some((each) => moduleId.includes(each));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
