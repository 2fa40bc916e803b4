package standin;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestHandler;

/** For modules that no artefact has: rest-root, and what is needed here of mapper-extras. */
public final class StandIns extends Plugin implements ActionPlugin, MapperPlugin {
    private volatile ClusterService node;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        node = services.clusterService();
        return List.of();
    }

    @Override
    public Map<String, Mapper.TypeParser> getMappers() {
        return Map.of(ScaledFloat.NAME, new FieldMapper.TypeParser((name, context) -> new ScaledFloat.Builder(name)));
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
        RestHandlersServices services,
        Supplier<DiscoveryNodes> nodes,
        Predicate<NodeFeature> features
    ) {
        return List.of(new Banner(() -> node));
    }
}
