import { architectures } from '../../lib/model/architectures';
import { architectureTable } from '../../lib/model/architectureTable';
import { createModel } from '../../lib/model/createModel';
import { inspectModel } from '../../lib/model/inspectModel';

describe('the table of architectures', () => {
  test('has those that the addon makes, in its order, with their clips', () => {
    const made = architectures().map(({ stages: _, head: __, spatialStride: ___, ...row }) => row);
    const listed = Object.entries(architectureTable).map(([name, { parameters: _, gflops: __, ...row }]) => ({
      name,
      ...row,
    }));
    expect(listed).toEqual(made);
  });

  test.each(Object.entries(architectureTable))(
    '%s has as many parameters and GFLOPs as are counted',
    async (name, row) => {
      const { parameters, gflops } = await inspectModel(await createModel({ architecture: name, numClasses: 400 }));
      expect({ parameters, gflops }).toEqual({ parameters: row.parameters, gflops: row.gflops });
    },
  );
});
