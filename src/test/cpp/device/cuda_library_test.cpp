// The library of the GPUs, with one that only pretends: what is found, what is refused and in which words.
#include "device/cuda_library.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "device/cuda_driver.h"
#include "device/cuda_management.h"
#include "device/open_device.h"

namespace fw {
namespace {

/** A variable of the environment for as long as this lives. */
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Setting() { unsetenv(name_); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  const char* name_;
};

/** What opening a device answers, and in which words. */
struct Refusal {
  fw_status status;
  std::string text;
};

Refusal refusal(std::string_view id, const CudaLibrary& cuda) {
  try {
    open_device(id, FW_PRECISION_AUTO, cuda);
    return {FW_STATUS_OK, ""};
  } catch (const Error& error) {
    return {error.status(), error.what()};
  }
}

void expect_refusal(std::string_view id, const CudaLibrary& cuda, fw_status status, const std::string& text) {
  const Refusal found = refusal(id, cuda);
  EXPECT_EQ(found.status, status) << id;
  EXPECT_EQ(found.text, text);
}

TEST(CudaLibrary, CountsAndDescribesItsGpus) {
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  ASSERT_EQ(cuda.device_count(), 2);
  EXPECT_EQ(cuda.obstacle(), "");
  fw_device_info info{};
  cuda.describe(1, &info);
  EXPECT_STREQ(info.name, "Fake GPU 1");
  EXPECT_STREQ(info.isa, "sm_90");
  EXPECT_EQ(info.n_units, 132);
}

TEST(CudaLibrary, OpensItsGpus) {
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  EXPECT_EQ(open_device("cuda:1", FW_PRECISION_F16, cuda)->precision(), FW_PRECISION_F32);
  EXPECT_EQ(refusal("cuda:0", cuda).status, FW_STATUS_OK);
}

TEST(CudaLibrary, ThrowsWhatOpeningThrows) {
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  for (const fw_status status : {FW_STATUS_INVALID_ARGUMENT, FW_STATUS_OUT_OF_MEMORY, FW_STATUS_LANE_LOST,
                                 FW_STATUS_DEVICE_LOST, FW_STATUS_UNSUPPORTED, FW_STATUS_INTERNAL}) {
    const Setting fails("FAKE_CUDA_OPEN_STATUS", std::to_string(status));
    expect_refusal("cuda:1", cuda, status, "cuda:1 answers " + std::to_string(status));
    EXPECT_EQ(refusal("auto", cuda).status, status);
  }
}

TEST(CudaLibrary, OfAnotherBuildIsRefused) {
  const Setting other("FAKE_CUDA_BUILD", "0.0.9");
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  EXPECT_EQ(cuda.device_count(), 0);
  const std::string refused =
      FASTWHISPER_FAKE_CUDA " is of build 0.0.9, the core is of build " FASTWHISPER_TEST_VERSION;
  EXPECT_EQ(cuda.obstacle(), refused);
  expect_refusal("cuda:0", cuda, FW_STATUS_UNSUPPORTED, "device 'cuda:0': " + cuda.obstacle());
}

TEST(CudaLibrary, ThatIsNotThereLeavesTheCpu) {
  const CudaLibrary cuda("libfastwhisper_cuda.so");
  EXPECT_EQ(cuda.device_count(), 0);
  EXPECT_EQ(cuda.obstacle(), "this build computes on the CPU alone: there is no libfastwhisper_cuda.so");
  expect_refusal("cuda:0", cuda, FW_STATUS_UNSUPPORTED, "device 'cuda:0': " + cuda.obstacle());
  EXPECT_EQ(refusal("auto", cuda).status, FW_STATUS_OK);
  EXPECT_EQ(refusal("cpu", cuda).status, FW_STATUS_OK);
}

TEST(CudaLibrary, ThatDoesNotLoadIsNamedWithTheLoadersReason) {
  const std::string missing = "/nowhere/libfastwhisper_cuda.so";
  EXPECT_EQ(CudaLibrary(missing).obstacle().find(missing + " does not load: "), 0u);
  EXPECT_NE(CudaLibrary(missing).obstacle().find("No such file"), std::string::npos);
  EXPECT_EQ(CudaLibrary("libdl.so.2").obstacle(), "libdl.so.2 is not FastWhisper's: it has no fw_cuda_backend");
}

TEST(CudaLibrary, ThatCountsNoGpuLetsTheDriverSayWhy) {
  const Setting none("FAKE_CUDA_GPUS", "0");
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  EXPECT_EQ(cuda.device_count(), 0);
  EXPECT_EQ(cuda.obstacle(), driver_obstacle("libcuda.so.1"));
}

TEST(CudaDriver, SaysWhyItGivesNoGpu) {
  EXPECT_EQ(driver_obstacle("libnowhere.so.1").find("there is no NVIDIA driver: libnowhere.so.1: "), 0u);
  EXPECT_EQ(driver_obstacle("libdl.so.2"), "libdl.so.2 is no NVIDIA driver: it has no cuInit");
  EXPECT_EQ(driver_obstacle(FASTWHISPER_FAKE_CUDA),
            "the NVIDIA driver, of CUDA 12.2, shows 2 GPU(s), but is too old for libfastwhisper_cuda, or has none that "
            "it knows");
  {
    const Setting none("FAKE_CUDA_GPUS", "0");
    EXPECT_EQ(driver_obstacle(FASTWHISPER_FAKE_CUDA), "the NVIDIA driver shows no GPU");
  }
  const Setting refuses("FAKE_CUDA_INIT", "100");
  EXPECT_EQ(driver_obstacle(FASTWHISPER_FAKE_CUDA),
            "the NVIDIA driver gives no GPU: no CUDA-capable device is detected (CUDA error 100)");
  const Setting unknown("FAKE_CUDA_INIT", "803");
  EXPECT_EQ(driver_obstacle(FASTWHISPER_FAKE_CUDA), "the NVIDIA driver gives no GPU: unknown error (CUDA error 803)");
}

TEST(CudaLibrary, MeasuresEachOfItsGpus) {
  const CudaLibrary cuda(FASTWHISPER_FAKE_CUDA);
  EXPECT_EQ(cuda.measure(0).busy, 0.40);
  EXPECT_EQ(cuda.measure(1).busy, 0.41);
  EXPECT_EQ(cuda.measure(1).used_bytes, int64_t{2} << 30);
}

/** What is said where a GPU cannot be measured. */
std::string measuring_refused(const CudaManagement& management, const std::string& bus_id) {
  try {
    management.measure(bus_id);
    return "measured";
  } catch (const Error& error) {
    EXPECT_EQ(error.status(), FW_STATUS_UNSUPPORTED);
    return error.what();
  }
}

TEST(CudaManagement, TellsMemoryAloneWhereTheGpuDoesNotTellHowBusyItIs) {
  const CudaManagement management(FASTWHISPER_FAKE_CUDA);
  const Setting silent("FAKE_CUDA_BUSY", "3");
  EXPECT_LT(management.measure("fake:2").busy, 0);
  EXPECT_EQ(management.measure("fake:2").used_bytes, int64_t{3} << 30);
}

TEST(CudaManagement, SaysWhyItMeasuresNothing) {
  EXPECT_EQ(measuring_refused(CudaManagement("libnowhere.so.1"), "fake:0")
                .find("there is no NVML to measure GPUs with: libnowhere.so.1: "),
            0u);
  EXPECT_EQ(measuring_refused(CudaManagement("libdl.so.2"), "fake:0"),
            "the driver does not measure GPUs: nvmlInit_v2: it is no NVML (NVML error 13)");
  EXPECT_EQ(measuring_refused(CudaManagement(FASTWHISPER_FAKE_CUDA), "fake:9"),
            "the driver does not measure GPUs: nvmlDeviceGetHandleByPciBusId_v2: Not Found (NVML error 6)");
  const Setting refuses("FAKE_CUDA_MEASURE", "9");
  EXPECT_EQ(measuring_refused(CudaManagement(FASTWHISPER_FAKE_CUDA), "fake:0"),
            "the driver does not measure GPUs: nvmlInit_v2: Driver Not Loaded (NVML error 9)");
}

TEST(CudaLibrary, IsLookedForWhereTheEnvironmentSaysThenBesideThisProgram) {
  const std::filesystem::path beside =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("libfastwhisper_cuda.so");
  EXPECT_EQ(CudaLibrary::default_path(), "libfastwhisper_cuda.so");
  std::ofstream(beside) << "not a library";
  EXPECT_TRUE(std::filesystem::equivalent(CudaLibrary::default_path(), beside)) << CudaLibrary::default_path();
  {
    const Setting given("FASTWHISPER_CUDA_LIBRARY", "/opt/elsewhere.so");
    EXPECT_EQ(CudaLibrary::default_path(), "/opt/elsewhere.so");
  }
  std::filesystem::remove(beside);
}

TEST(OpenDevice, SaysWhatThereIsWhereAnIdIsUnknown) {
  const CudaLibrary none("libfastwhisper_cuda.so");
  for (const std::string id :
       {"", "gpu", "CPU", "cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999", "cuda:0 "}) {
    expect_refusal(id, none, FW_STATUS_INVALID_ARGUMENT,
                   std::string("device '") + id + "': expected cpu, cuda:N or auto; there is cpu");
  }
  const CudaLibrary two(FASTWHISPER_FAKE_CUDA);
  expect_refusal("gpu", two, FW_STATUS_INVALID_ARGUMENT,
                 "device 'gpu': expected cpu, cuda:N or auto; there are cpu and cuda:0 to cuda:1");
}

TEST(OpenDevice, SaysWhatThereIsWhereAGpuIsNot) {
  expect_refusal("cuda:2", CudaLibrary(FASTWHISPER_FAKE_CUDA), FW_STATUS_INVALID_ARGUMENT,
                 "device 'cuda:2': there are cpu and cuda:0 to cuda:1");
  const Setting one("FAKE_CUDA_GPUS", "1");
  expect_refusal("cuda:1", CudaLibrary(FASTWHISPER_FAKE_CUDA), FW_STATUS_INVALID_ARGUMENT,
                 "device 'cuda:1': there are cpu and cuda:0");
}

}  // namespace
}  // namespace fw
