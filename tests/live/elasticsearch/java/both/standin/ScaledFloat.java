package standin;

import java.io.IOException;
import java.util.Map;
import org.elasticsearch.index.mapper.DocumentParserContext;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.MapperBuilderContext;
import org.elasticsearch.index.mapper.MapperParsingException;
import org.elasticsearch.xcontent.XContentParser;

/** The field type scaled_float as far as it can be seen from outside: it rounds, but keeps a double. */
public final class ScaledFloat extends FieldMapper {
    public static final String NAME = "scaled_float";

    /** What a mapping says of such a field. */
    public static final class Builder extends FieldMapper.Builder {
        private final Parameter<Double> factor = new Parameter<>(
            "scaling_factor",
            false,
            () -> null,
            (name, context, given) -> given == null ? null : Double.valueOf(given.toString()),
            mapper -> ((ScaledFloat) mapper).told.factor.getValue(),
            (out, name, value) -> {
                if (value != null) {
                    out.field(name, value.doubleValue());
                }
            },
            String::valueOf
        );
        private final Parameter<Boolean> indexed = Parameter.indexParam(m -> ((ScaledFloat) m).told.indexed.getValue(), true);
        private final Parameter<Boolean> docValues = Parameter.docValuesParam(m -> ((ScaledFloat) m).told.docValues.getValue(), true);
        private final Parameter<Boolean> stored = Parameter.storeParam(m -> ((ScaledFloat) m).told.stored.getValue(), false);
        private final Parameter<Boolean> lenient = Parameter.boolParam(
            "ignore_malformed",
            true,
            m -> ((ScaledFloat) m).told.lenient.getValue(),
            false
        );
        private final Parameter<Boolean> coerce = Parameter.boolParam(
            "coerce",
            true,
            m -> ((ScaledFloat) m).told.coerce.getValue(),
            true
        );
        private final Parameter<Map<String, String>> meta = Parameter.metaParam();

        Builder(String name) {
            super(name);
        }

        /** Asked for by version 9 alone. */
        public String contentType() {
            return NAME;
        }

        @Override
        protected Parameter<?>[] getParameters() {
            return new Parameter<?>[] { factor, indexed, docValues, stored, lenient, coerce, meta };
        }

        @Override
        public ScaledFloat build(MapperBuilderContext context) {
            if (factor.getValue() == null) {
                throw new MapperParsingException("Field [scaling_factor] is required");
            }
            Numbers.Type type = new Numbers.Type(
                context.buildFullName(leafName()),
                indexed.getValue(),
                stored.getValue(),
                docValues.getValue(),
                coerce.getValue(),
                meta.getValue()
            );
            return new ScaledFloat(leafName(), type, builderParams(this, context), this);
        }
    }

    private final Builder told;

    private ScaledFloat(String name, Numbers.Type type, BuilderParams parameters, Builder told) {
        super(name, type, parameters);
        this.told = told;
    }

    @Override
    public FieldMapper.Builder getMergeBuilder() {
        return new Builder(leafName()).init(this);
    }

    @Override
    public boolean ignoreMalformed() {
        return told.lenient.getValue();
    }

    @Override
    protected String contentType() {
        return NAME;
    }

    @Override
    protected void parseCreateField(DocumentParserContext context) throws IOException {
        XContentParser parser = context.parser();
        if (parser.currentToken() == XContentParser.Token.VALUE_NULL) {
            return;
        }
        double value;
        try {
            value = parser.doubleValue(told.coerce.getValue());
            if (Double.isFinite(value) == false) {
                throw new IllegalArgumentException("[scaled_float] only supports finite values, but got [" + value + "]");
            }
        } catch (IllegalArgumentException wrong) {
            if (ignoreMalformed() == false || parser.currentToken().isValue() == false) {
                throw wrong;
            }
            context.addIgnoredField(fullPath());
            return;
        }
        double factor = told.factor.getValue();
        boolean searched = told.indexed.getValue(), columnar = told.docValues.getValue(), kept = told.stored.getValue();
        Numbers.add(context.doc(), fullPath(), Math.round(value * factor) / factor, searched, columnar, kept);
        if (columnar == false && (searched || kept)) {
            context.addToFieldNames(fullPath());
        }
    }
}
