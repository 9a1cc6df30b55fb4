package io.fastwhisper.cli;

import io.fastwhisper.bus.Addresses;
import io.fastwhisper.bus.Command.TryDevice;
import io.fastwhisper.config.Configuration;
import io.fastwhisper.config.Server;
import io.fastwhisper.domain.TimeRange;
import io.fastwhisper.engine.NativeCore;
import io.fastwhisper.job.Pipeline;
import io.fastwhisper.job.Pipeline.Room;
import io.fastwhisper.source.SampleTalks;
import io.fastwhisper.store.DataFolder;
import io.fastwhisper.store.StoreException;
import io.fastwhisper.store.StoreVerticle;
import io.fastwhisper.transcribe.TranscriberName;
import io.fastwhisper.web.WebSettings;
import io.fastwhisper.web.WebSettings.GpuFacts;
import io.fastwhisper.web.WebSettings.ModelFacts;
import io.fastwhisper.web.WebVerticle;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server in this process: all rooms, the store and the web. */
final class RunningServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);
  private static final TimeRange TRIAL = new TimeRange(0, 3_000);
  private static final long TRIAL_LIMIT_MS = 300_000;
  private static final long CLOSE_LIMIT_MS = 20_000;

  private final Configuration configuration;
  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final DataFolder data;
  private final Rooms rooms;
  private Pipeline pipeline;
  private WebVerticle web;
  private String webDeployment;

  private RunningServer(
      Configuration configuration,
      Vertx vertx,
      PrometheusMeterRegistry registry,
      DataFolder data,
      Rooms rooms) {
    this.configuration = configuration;
    this.vertx = vertx;
    this.registry = registry;
    this.data = data;
    this.rooms = rooms;
  }

  /**
   * Starts everything; when this returns, the devices have computed and the server listens.
   *
   * @throws UsageException where the user has to mend something: an address that cannot be listened
   *     at, a key that is missing, a data folder that another server has
   */
  static RunningServer start(Configuration configuration, ModelChoice model, DeviceChoice devices)
      throws IOException, InterruptedException {
    requireKey(configuration.server());
    DataFolder data = openData(configuration);
    Rooms rooms;
    try {
      rooms = Rooms.open(configuration, model, devices, data.scratch());
    } catch (IOException | RuntimeException e) {
      data.close();
      throw e;
    }
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // What rooms count that know no server: the store, the coordinator.
    Metrics.addRegistry(registry);
    Vertx vertx = measured(registry, data.scratch());
    RunningServer server = new RunningServer(configuration, vertx, registry, data, rooms);
    try {
      server.deploy(model, devices);
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.end(0);
      throw e;
    }
  }

  /**
   * Vert.x that counts requests, pools and sockets; not the bus, which has addresses for each job.
   *
   * @param scratch where what the libraries unpack goes, too: a server that is killed leaves it,
   *     and the next start empties that folder
   */
  private static Vertx measured(PrometheusMeterRegistry registry, Path scratch) {
    System.setProperty("io.netty.native.workdir", scratch.toString());
    MicrometerMetricsOptions metrics =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS);
    VertxOptions options =
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setMetricsOptions(metrics)
            .setFileSystemOptions(
                new FileSystemOptions().setFileCacheDir(scratch.resolve("vertx").toString()));
    return Vertx.builder()
        .with(options)
        .withMetrics(new MicrometerMetricsFactory(registry))
        .build();
  }

  private void deploy(ModelChoice model, DeviceChoice devices)
      throws IOException, InterruptedException {
    log(devices);
    List<Room> all = new ArrayList<>();
    String transcriber =
        TranscriberName.of(
            EngineSettings.of(configuration, model, devices.devices().get(0)), devices.devices());
    all.add(new Room(new StoreVerticle(data, transcriber), StoreVerticle.deployment()));
    all.addAll(rooms.list());
    pipeline = Rooms.await(Pipeline.deployDurable(vertx, configuration, all));
    tryDevices(devices);
    WebVerticle deployed =
        new WebVerticle(
            WebSettings.of(
                configuration,
                data.jobs().getParent(),
                ConfigurationOptions.home(),
                new ModelFacts(model.name(), model.isBundled(), model.notice()),
                devices.devices().stream().map(NativeCore.Device::id).toList(),
                gpus(devices),
                trialSound(),
                TRIAL.lengthMs(),
                System.currentTimeMillis()),
            registry);
    try {
      webDeployment = Rooms.await(vertx.deployVerticle(deployed));
    } catch (IOException e) {
      if (e.getCause() instanceof BindException) {
        throw new UsageException(
            "cannot listen at "
                + configuration.server().host()
                + ":"
                + configuration.server().port()
                + ": "
                + e.getMessage());
      }
      throw e;
    }
    web = deployed;
  }

  private static void log(DeviceChoice devices) {
    for (NativeCore.Device device : devices.devices()) {
      LOG.info("{}: {}", device.id(), device.summary());
    }
    if (!devices.notice().isEmpty()) {
      LOG.info("no GPU: {}", devices.notice());
    }
  }

  private List<GpuFacts> gpus(DeviceChoice devices) {
    return devices.gpus().stream()
        .map(
            gpu ->
                new GpuFacts(
                    gpu.id(),
                    gpu.gpuIndex(),
                    gpu.name(),
                    gpu.memoryBytes(),
                    gpu.computeCapability(),
                    gpu.units(),
                    EngineSettings.lanes(configuration, gpu)))
        .toList();
  }

  /**
   * A real inference on each device, on some seconds of a sample, which also shows that ffmpeg
   * works.
   */
  private void tryDevices(DeviceChoice devices) throws IOException, InterruptedException {
    Path sample = new SampleTalks(ConfigurationOptions.home().resolve("samples")).files().get(0);
    Rooms.await(rooms.media().extractSound(sample, TRIAL, trialSound()).result());
    DeliveryOptions patient = new DeliveryOptions().setSendTimeout(TRIAL_LIMIT_MS);
    Rooms.await(
        Future.all(
            devices.devices().stream()
                .map(
                    device ->
                        vertx
                            .eventBus()
                            .request(
                                Addresses.device(device.id()),
                                new TryDevice(trialSound(), TRIAL.lengthMs()),
                                patient)
                            .recover(
                                e ->
                                    Future.failedFuture(
                                        device.id() + " does not compute: " + e.getMessage())))
                .toList()));
  }

  /** Stays, for the device is tried again whenever somebody asks whether the server is ready. */
  private Path trialSound() {
    return data.scratch().resolve("trial.pcm");
  }

  /** Where it can be reached, for people. */
  String address() {
    String host = configuration.server().host();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/";
  }

  /** What everything here runs on. */
  Vertx vertx() {
    return vertx;
  }

  int port() {
    return web.port();
  }

  /**
   * Takes no more jobs, lets devices end what they have in hand, within the limit of {@code
   * server.drain_s}, and ends everything. Jobs that have not ended go on at the next start.
   */
  @Override
  public void close() {
    end(TimeUnit.SECONDS.toMillis(configuration.server().drainS()));
  }

  private void end(long drainMs) {
    if (pipeline != null) {
      Rooms.finish(pipeline.drain(drainMs), drainMs + CLOSE_LIMIT_MS);
      if (webDeployment != null) {
        Rooms.finish(vertx.undeploy(webDeployment), CLOSE_LIMIT_MS);
      }
      Rooms.finish(pipeline.close(), CLOSE_LIMIT_MS);
    }
    Rooms.finish(vertx.close(), CLOSE_LIMIT_MS);
    Metrics.removeRegistry(registry);
    rooms.close();
    data.close();
  }

  private static DataFolder openData(Configuration configuration) throws IOException {
    try {
      return DataFolder.open(DataFolder.of(configuration.folders().data()));
    } catch (StoreException e) {
      if (e.usersToMend()) {
        throw new UsageException(e.getMessage());
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  private static void requireKey(Server server) {
    InetAddress address;
    try {
      address = InetAddress.getByName(server.host());
    } catch (UnknownHostException e) {
      throw new UsageException("server.host " + server.host() + ": no such address");
    }
    if (!address.isLoopbackAddress() && server.apiKey().isBlank()) {
      throw new UsageException(
          "server.host "
              + server.host()
              + " can be reached by other machines: set server.api_key (FASTWHISPER_SERVER_API_KEY), or listen at 127.0.0.1");
    }
  }
}
