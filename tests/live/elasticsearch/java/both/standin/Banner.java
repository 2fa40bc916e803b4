package standin;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.util.Version;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** Answers at {@code /} with the names and versions that clients look for. */
final class Banner extends BaseRestHandler {
    private final Supplier<ClusterService> node;

    Banner(Supplier<ClusterService> node) {
        this.node = node;
    }

    @Override
    public String getName() {
        return "standin_banner";
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.builder(RestRequest.Method.GET, "/").build(), Route.builder(RestRequest.Method.HEAD, "/").build());
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> channel.sendResponse(new RestResponse(RestStatus.OK, write(channel.newBuilder())));
    }

    private XContentBuilder write(XContentBuilder out) throws IOException {
        ClusterService here = node.get();
        Build build = Build.current();
        return out.startObject()
            .field("name", here.getNodeName())
            .field("cluster_name", here.getClusterName().value())
            .field("cluster_uuid", here.state().metadata().clusterUUID())
            .startObject("version")
            .field("number", build.qualifiedVersion())
            .field("build_flavor", build.flavor())
            .field("build_type", build.type().displayName())
            .field("build_hash", build.hash())
            .field("build_date", build.date())
            .field("build_snapshot", build.isSnapshot())
            .field("lucene_version", Version.LATEST.toString())
            .field("minimum_wire_compatibility_version", build.minWireCompatVersion())
            .field("minimum_index_compatibility_version", build.minIndexCompatVersion())
            .endObject()
            .field("tagline", "You Know, for Search")
            .endObject();
    }
}
