import { assertEquals, assertGreater, assertThrows } from "@std/assert";
import { DinoDqnError, TensorFlowNotFoundError } from "../../lib/errors.ts";
import {
  chooseDevice,
  listDevices,
  probeDevice,
  tensorflowVersion,
} from "../../lib/tensorflow/mod.ts";

Deno.test("listDevices() has the CPU first", () => {
  const [first] = listDevices();
  assertEquals([first?.name, first?.type], ["/device:CPU:0", "CPU"]);
});

Deno.test("chooseDevice() takes the CPU when told, a GPU when there is one", () => {
  const gpu = listDevices().find(({ type }) => type === "GPU");
  assertEquals(chooseDevice("cpu").type, "CPU");
  assertEquals(chooseDevice("auto").type, gpu ? "GPU" : "CPU");
  if (gpu) assertEquals(chooseDevice("gpu"), gpu);
  else {
    assertThrows(
      () => chooseDevice("gpu"),
      TensorFlowNotFoundError,
      "learner.device=cpu",
    );
  }
});

Deno.test("probeDevice() times every device that is listed", () => {
  for (const { name } of listDevices()) {
    const { matrixProductMs, convolutionMs } = probeDevice(name);
    assertGreater(matrixProductMs, 0);
    assertGreater(convolutionMs, 0);
  }
});

Deno.test("probeDevice() names a device that is not there", () => {
  assertThrows(
    () => probeDevice("/device:TPU:9"),
    DinoDqnError,
    "/device:TPU:9",
  );
});

Deno.test("tensorflowVersion() is a release", () => {
  assertEquals(/^\d+\.\d+\.\d+/.test(tensorflowVersion()), true);
});
