package org.elasticsearch.xpack.ml;

import org.elasticsearch.license.License.OperationMode;
import org.elasticsearch.license.LicensedFeature;

/** What ES|QL asks the licence for; a node that lacks the class altogether dies of CHANGE_POINT. */
public final class MachineLearning {
    private MachineLearning() {}

    public static final LicensedFeature.Momentary CATEGORIZE_TEXT_AGG_FEATURE = feature("categorize-text-agg");
    public static final LicensedFeature.Momentary CHANGE_POINT_AGG_FEATURE = feature("change-point-agg");

    private static LicensedFeature.Momentary feature(String name) {
        return LicensedFeature.momentary("machine-learning", name, OperationMode.PLATINUM);
    }
}
