using System.Collections.Frozen;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>
/// Values of unsupported fields that ask for nothing, so that a client which always sends them is served: the documented "off" value of
/// each field. A client that sends one gets what it would get without the field.
/// </summary>
internal static class Nothing
{
    private static readonly FrozenDictionary<string, string[]> Values = new Dictionary<string, string[]>
    {
        ["add_generation_prompt"] = ["true"],
        ["add_special_tokens"] = ["true"],
        ["annotations"] = ["[]"],
        ["bad_words"] = ["[]"],
        ["best_of"] = ["1"],
        ["cache_prompt"] = ["true"],
        ["chat_template_kwargs"] = ["{}"],
        ["continue_final_message"] = ["false"],
        ["documents"] = ["[]"],
        ["dry_multiplier"] = ["0"],
        ["dynatemp_range"] = ["0"],
        ["echo"] = ["false"],
        ["extra_body"] = ["{}"],
        ["function_call"] = ["\"none\""],
        ["functions"] = ["[]"],
        ["grammar"] = ["\"\""],
        ["include_stop_str_in_output"] = ["false"],
        ["length_penalty"] = ["1"],
        ["logits_processors"] = ["[]"],
        ["metadata"] = ["{}"],
        ["mirostat"] = ["0"],
        ["modalities"] = ["[\"text\"]"],
        ["n_probs"] = ["0"],
        ["parallel_tool_calls"] = ["true", "false"],
        ["repeat_penalty"] = ["1"],
        ["response_format"] = ["{\"type\":\"text\"}"],
        ["return_token_ids"] = ["false"],
        ["service_tier"] = ["\"auto\"", "\"default\""],
        ["skip_special_tokens"] = ["true"],
        ["spaces_between_special_tokens"] = ["true"],
        ["stop_token_ids"] = ["[]"],
        ["store"] = ["false"],
        ["suffix"] = ["\"\""],
        ["tool_calls"] = ["[]"],
        ["tool_choice"] = ["\"none\"", "\"auto\""],
        ["tools"] = ["[]"],
        ["typical_p"] = ["1"],
        ["use_beam_search"] = ["false"],
        ["xtc_probability"] = ["0"],
    }.ToFrozenDictionary();

    /// <summary>The fields, each with its values as JSON; for the page of the API.</summary>
    public static IEnumerable<KeyValuePair<string, string[]>> Table => Values.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    /// <summary>Whether the field, which is not supported, asks for nothing.</summary>
    public static bool IsAskedBy(Field field) =>
        field.IsNull || (Values.TryGetValue(field.Name, out var values) && Array.Exists(values, field.IsJson));
}
