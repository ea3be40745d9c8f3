using System.Globalization;
using System.Net;
using System.Text;

namespace Kantor.Reports.Pages;

/// <summary>Markup of the page's own, which is not escaped.</summary>
internal sealed record Markup(string Html);

/// <summary>Builds a page that needs nothing else. Equal calls give equal bytes.</summary>
internal sealed class HtmlBuilder
{
    private readonly StringBuilder _page = new();

    /// <summary>A page up to its first content.</summary>
    public HtmlBuilder(string title)
    {
        Raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
            + "content=\"width=device-width, initial-scale=1\">\n");
        Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"{PageParts.Policy}\">\n");
        Append($"<title>{title}</title>\n");
        Raw($"<style>\n{PageParts.Style}\n</style>\n</head>\n<body>\n<main>\n");
    }

    /// <summary>The whole page.</summary>
    public string End() =>
        _page.Append(CultureInfo.InvariantCulture, $"</main>\n<script>\n{PageParts.Script}\n</script>\n</body>\n</html>\n").ToString();

    /// <summary>Literal parts are markup; every argument is escaped unless it is <see cref="Markup"/>.</summary>
    public void Append(FormattableString part)
    {
        var arguments = part.GetArguments().Select(argument => argument is Markup markup
            ? markup.Html
            : WebUtility.HtmlEncode(Convert.ToString(argument, CultureInfo.InvariantCulture)));
        _page.AppendFormat(CultureInfo.InvariantCulture, part.Format, [.. arguments]);
    }

    /// <summary>Markup as it is.</summary>
    public void Raw(string markup) => _page.Append(markup);

    /// <summary>Names with the style of their lines.</summary>
    public void Legend(IEnumerable<string> names)
    {
        Raw("<ul class=\"legend\">");
        foreach (var (style, name) in names.Index()) Append($"<li>{new Markup(ChartSvg.Sample(style))}{name}</li>");
        Raw("</ul>\n");
    }

    /// <summary>A chart with its title.</summary>
    public void Figure(string title, string chart) => Append($"<figure><h3>{title}</h3>{new Markup(chart)}</figure>\n");

    /// <summary>Names and values.</summary>
    public void Definitions(IEnumerable<(string Name, string Value)> all)
    {
        Raw("<dl>\n");
        foreach (var (name, value) in all) Append($"<dt>{name}</dt><dd>{value}</dd>\n");
        Raw("</dl>\n");
    }
}
