package standin;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.bootstrap.BootstrapInfo;
import org.elasticsearch.cluster.ClusterName;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Runs a node of version 9 in this process: {@code Launch HOME}. */
public final class Launch {
    private static final long CLOSES_WITHIN_SECONDS = 10;

    private Launch() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]).toAbsolutePath();
        LogConfigurator.registerErrorListener();
        LogConfigurator.configureESLogging();
        BootstrapInfo.init();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.builder().put("path.home", home.toString()).build(),
            Map.of(),
            home.resolve("config"),
            () -> "node-1"
        );
        LogConfigurator.setClusterName(ClusterName.CLUSTER_NAME_SETTING.get(environment.settings()).value());
        LogConfigurator.setNodeName(Node.NODE_NAME_SETTING.get(environment.settings()));
        LogConfigurator.configure(environment, true);
        Thread.setDefaultUncaughtExceptionHandler(Launch::uncaught);
        run(environment);
    }

    private static void run(Environment environment) throws Exception {
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir(), false),
            PluginsLoader.loadPluginsBundles(environment.pluginsDir(), false),
            Map.of()
        );
        Node node = new Node(environment, plugins);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.prepareForClose();
                node.close();
                node.awaitClose(CLOSES_WITHIN_SECONDS, TimeUnit.SECONDS);
            } catch (Exception wrong) {
                wrong.printStackTrace();
            } finally {
                ended.countDown();
            }
        }));
        node.start();
        ended.await();
    }

    private static void uncaught(Thread thread, Throwable wrong) {
        wrong.printStackTrace();
        if (wrong instanceof Error) {
            Runtime.getRuntime().halt(1);
        }
    }
}
